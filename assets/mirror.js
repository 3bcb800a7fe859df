// The own picture of a student, or of the teacher's room, and the one place where the browser is asked for the camera.
//
// streamlit-webrtc shows no picture while it only sends, and sending the picture back would cost the server an encoder a
// student. It also asks again and again, hundreds of times, when the camera is refused. So this asks once, says what came
// of it, and the connection to the class is begun only with a camera that works.
const cameras = new WeakMap(); // element: { attempt, stream, said, posting }
const LONGER_SIDE_PX = 320;

const PROBLEMS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
};

function stop(root) {
  clearInterval(cameras.get(root)?.posting);
  cameras.get(root)?.stream?.getTracks().forEach((track) => track.stop());
  cameras.delete(root);
}

// Where no video gets through, a picture is posted every few seconds; never two at once, however slow the line is.
async function postPicture(camera, video, address) {
  if (camera.onItsWay || !camera.stream?.active) return;
  camera.onItsWay = true;
  try {
    // Of a page behind another tab some browsers no longer draw the <video>; the track itself goes on.
    const track = camera.stream.getVideoTracks()[0];
    const frame = window.ImageCapture ? await new ImageCapture(track).grabFrame() : video;
    const [width, height] = [frame.width || frame.videoWidth, frame.height || frame.videoHeight];
    if (!width) return; // not a single frame yet
    const scale = LONGER_SIDE_PX / Math.max(width, height); // a phone held upright sends upright pictures
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [width * scale, height * scale];
    canvas.getContext("2d").drawImage(frame, 0, 0, canvas.width, canvas.height);
    const picture = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8));
    await fetch(address, { method: "POST", body: picture, signal: AbortSignal.timeout(10000) });
  } catch {
    // the line or the camera is away for a moment; the page says so, and the next picture tries again
  } finally {
    camera.onItsWay = false;
  }
}

function keepPosting(camera, video, post) {
  if (Boolean(post) === Boolean(camera.posting)) return;
  clearInterval(camera.posting);
  camera.posting = post && setInterval(postPicture, post.every_ms, camera, video, post.address);
}

// Which cameras there are; browsers tell only a page that was given one.
async function choices(stream) {
  const devices = await navigator.mediaDevices.enumerateDevices();
  const found = devices.filter((each) => each.kind === "videoinput" && each.deviceId);
  return {
    device: stream.getVideoTracks()[0].getSettings().deviceId,
    cameras: found.map((each, at) => [each.deviceId, each.label || `Camera ${at + 1}`]),
  };
}

async function open(root, video, data, report) {
  const camera = { attempt: data.attempt, stream: null, said: null };
  cameras.set(root, camera); // claimed before the answer: two runs of the page must not ask twice
  const tell = (state, more) => cameras.get(root) === camera && report((camera.said = { state, ...more }));
  if (!navigator.mediaDevices?.getUserMedia) return tell("insecure");
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: data.video, audio: false });
    if (cameras.get(root) !== camera) return stream.getTracks().forEach((track) => track.stop());
    camera.stream = video.srcObject = stream;
    stream.getVideoTracks()[0].onended = () => tell("ended");
    tell("on", data.choose ? await choices(stream) : {});
  } catch (error) {
    tell(PROBLEMS[error.name] ?? "busy");
  }
}

export default function ({ parentElement: root, data, setStateValue }) {
  const video = root.querySelector("video");
  const words = root.querySelector("p");
  words.textContent = data.words;
  video.hidden = !data.on;
  words.hidden = data.on;
  root.querySelector(".mirror").classList.toggle("room", data.choose);
  const report = (said) => setStateValue("camera", { attempt: data.attempt, ...said });
  const camera = cameras.get(root);
  if (!data.on) {
    stop(root);
    video.srcObject = null;
  } else if (camera?.attempt !== data.attempt) {
    stop(root);
    open(root, video, data, report);
  } else if (camera.said && camera.said.state !== data.known) {
    report(camera.said); // the server was started anew and knows nothing of it
  }
  if (data.on) keepPosting(cameras.get(root), video, data.post);
  return () => stop(root);
}
