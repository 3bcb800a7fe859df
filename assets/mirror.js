// The own picture of a student, or of the teacher's room, and the one place where the browser is asked for the camera.
//
// streamlit-webrtc shows no picture while it only sends, and sending the picture back would cost the server an encoder a
// student. It also asks again and again, hundreds of times, when the camera is refused. So this asks once, says what came
// of it, and the connection to the class is begun only with a camera that works.
const cameras = new WeakMap(); // element: { attempt, stream, said }

const PROBLEMS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
};

function stop(root) {
  cameras.get(root)?.stream?.getTracks().forEach((track) => track.stop());
  cameras.delete(root);
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
  return () => stop(root);
}
