// The student's own picture, shown in the student's own browser only. streamlit-webrtc shows none while it only sends, and
// sending the picture back would cost the server an encoder a student. It starts after the class has received a frame, so
// the browser has been asked already and does not ask twice.
const streams = new WeakMap();

function stop(root) {
  (streams.get(root)?.getTracks() ?? []).forEach((track) => track.stop());
  streams.delete(root);
}

export default function ({ parentElement: root, data }) {
  const video = root.querySelector("video");
  const placeholder = root.querySelector("p");
  placeholder.textContent = data.words;
  if (data.on && !streams.has(root)) {
    streams.set(root, new MediaStream()); // claimed at once: two runs must not open two streams
    navigator.mediaDevices
      ?.getUserMedia({ video: { width: 320, height: 240 }, audio: false })
      .then((stream) => {
        if (!streams.has(root)) return stream.getTracks().forEach((track) => track.stop());
        streams.set(root, stream);
        video.srcObject = stream;
      })
      .catch(() => streams.delete(root)); // the class still receives the picture; only this mirror stays empty
  }
  if (!data.on) {
    stop(root);
    video.srcObject = null;
  }
  video.hidden = !data.on;
  placeholder.hidden = data.on;
  return () => stop(root);
}
