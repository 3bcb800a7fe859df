// The student's own picture, and the one place where the browser is asked for the camera.
//
// streamlit-webrtc shows no picture while it only sends, and sending the picture back would cost the server an encoder a
// student. It also asks again and again, hundreds of times, when the camera is refused. So this asks once, says what came
// of it, and the connection to the class is begun only with a camera that works.
const cameras = new WeakMap(); // element: { attempt, stream, state }

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

async function open(root, video, attempt, report) {
  const camera = { attempt, stream: null, state: null };
  cameras.set(root, camera); // claimed before the answer: two runs of the page must not ask twice
  const tell = (state) => cameras.get(root) === camera && report((camera.state = state));
  if (!navigator.mediaDevices?.getUserMedia) return tell("insecure");
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240 }, audio: false });
    if (cameras.get(root) !== camera) return stream.getTracks().forEach((track) => track.stop());
    camera.stream = video.srcObject = stream;
    stream.getVideoTracks()[0].onended = () => tell("ended");
    tell("on");
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
  const report = (state) => setStateValue("camera", { attempt: data.attempt, state });
  const camera = cameras.get(root);
  if (!data.on) {
    stop(root);
    video.srcObject = null;
  } else if (camera?.attempt !== data.attempt) {
    stop(root);
    open(root, video, data.attempt, report);
  } else if (camera.state && camera.state !== data.known) {
    report(camera.state); // the server was started anew and knows nothing of it
  }
  return () => stop(root);
}
