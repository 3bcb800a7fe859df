// Chooses a recording and sends it. Streamlit's own upload keeps a file in memory, which a recording does not fit into.
//
// The server is asked first (name, size), so that what cannot be taken is said at once; then the bytes go in one post.
// The page may run anew meanwhile: what is going on belongs to the element, not to one run.
const uploads = new WeakMap(); // element: { request, name, share, done, total }
const errors = new WeakMap(); // element: sentence

const size = (bytes) => (bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`);

function draw(root) {
  const upload = uploads.get(root);
  const error = errors.get(root);
  root.querySelector(".choose").hidden = Boolean(upload);
  root.querySelector(".going").hidden = !upload;
  const alert = root.querySelector(".error");
  alert.hidden = !error;
  alert.textContent = error ?? "";
  if (!upload) return;
  const { name, sent, total } = upload;
  root.querySelector("progress").value = total ? sent / total : 0;
  const words = sent < total ? `${size(sent)} of ${size(total)}` : "looking into it …";
  root.querySelector(".words").textContent = `${name}: ${words}`;
}

function end(root, error) {
  uploads.delete(root);
  error ? errors.set(root, error) : errors.delete(root);
  root.querySelector("input").value = "";
  draw(root);
}

function wrong(file, data) {
  if (!data.endings.some((ending) => file.name.toLowerCase().endsWith(ending))) return data.wrong_kind;
  if (file.size > data.max_bytes) return data.too_large;
  if (!file.size) return data.empty;
}

async function begin(root, file, data, tell) {
  errors.delete(root);
  const problem = wrong(file, data);
  if (problem) return end(root, problem);
  const upload = { name: file.name, sent: 0, total: file.size, request: null };
  uploads.set(root, upload);
  draw(root);
  try {
    const asked = new URLSearchParams({ name: file.name, size: file.size, every: data.every, names: data.names });
    const answer = await (await fetch(data.address, { method: "POST", body: asked })).json();
    if (uploads.get(root) !== upload) return; // cancelled meanwhile
    if (answer.error) return end(root, answer.error);
    send(root, upload, file, `${answer.address}?changed=${file.lastModified}`, data, tell);
  } catch {
    end(root, data.unreachable);
  }
}

function send(root, upload, file, address, data, tell) {
  const request = (upload.request = new XMLHttpRequest());
  request.upload.onprogress = (event) => {
    upload.sent = event.loaded;
    draw(root);
  };
  request.onload = () => {
    let answer = {};
    try {
      answer = JSON.parse(request.responseText);
    } catch {
      answer.error = data.unreachable;
    }
    end(root, answer.error);
    if (!answer.error) tell();
  };
  request.onerror = () => end(root, data.unreachable);
  request.onabort = () => end(root);
  request.open("POST", address);
  request.send(file);
}

export default function ({ parentElement: root, data, setTriggerValue }) {
  const input = root.querySelector("input");
  const zone = root.querySelector(".choose");
  input.accept = data.endings.join(",");
  root.querySelector(".kinds").textContent = data.kinds;
  const tell = () => setTriggerValue("uploaded", true);
  const choose = (files) => files.length && !uploads.has(root) && begin(root, files[0], data, tell);
  input.onchange = () => choose(input.files);
  zone.ondragover = (event) => {
    event.preventDefault();
    zone.classList.add("over");
  };
  zone.ondragleave = () => zone.classList.remove("over");
  zone.ondrop = (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    choose(event.dataTransfer.files);
  };
  root.querySelector("button").onclick = () => {
    const request = uploads.get(root)?.request;
    request ? request.abort() : end(root);
  };
  draw(root);
}
