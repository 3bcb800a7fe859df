// Tries what a student's video needs: a secure page, a camera, a way to the class, a way through TURN. Asks for no camera
// and sends no picture: the connections carry an empty channel.
const tests = new WeakMap(); // element: the number of the test that runs, or has run

const GATHERING_MS = 4000;
const CONNECTING_MS = 9000;

const within = (promise, ms) => Promise.race([promise, new Promise((done) => setTimeout(done, ms))]);

const until = (target, event, reached) =>
  new Promise((done) => {
    const look = () => reached() && done(true);
    target.addEventListener(event, look);
    look();
  });

// Which way the packets of a connected peer take: "udp", "tcp" or "tls" to a TURN server, "" without one.
async function relayProtocol(peer) {
  const stats = [...(await peer.getStats()).values()];
  const pair = stats.find((each) => each.type === "candidate-pair" && each.nominated && each.state === "succeeded");
  return stats.find((each) => each.id === pair?.localCandidateId)?.relayProtocol ?? "";
}

// Whether a connection comes about: "" when not, else "direct" or how TURN is reached.
async function connect(data, iceServers, iceTransportPolicy) {
  const peer = new RTCPeerConnection({ iceServers, iceTransportPolicy });
  try {
    const channel = peer.createDataChannel("test");
    await peer.setLocalDescription();
    await within(until(peer, "icegatheringstatechange", () => peer.iceGatheringState === "complete"), GATHERING_MS);
    const body = new URLSearchParams({ ticket: data.ticket, sdp: peer.localDescription.sdp });
    const answer = await fetch(data.address, { method: "POST", body });
    if (!answer.ok) return answer.status === 503 ? "busy" : "";
    await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
    if (!(await within(until(channel, "open", () => channel.readyState === "open"), CONNECTING_MS))) return "";
    return (await relayProtocol(peer)) || "direct";
  } catch {
    return "";
  } finally {
    peer.close();
  }
}

async function cameras() {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return devices.filter((each) => each.kind === "videoinput").length;
}

async function test(data) {
  const able = Boolean(window.RTCPeerConnection);
  const [direct, turn] = await Promise.all([
    able ? connect(data, data.stun, "all") : "",
    able && data.turn.length ? connect(data, data.turn, "relay") : "",
  ]);
  return { secure: window.isSecureContext, cameras: await cameras(), direct, turn };
}

export default function ({ parentElement: root, data, setStateValue }) {
  const words = root.querySelector("p");
  words.textContent = data.words;
  words.hidden = data.said;
  if (data.said || tests.get(root) === data.number) return;
  tests.set(root, data.number);
  test(data).then((found) => tests.get(root) === data.number && setStateValue("found", { number: data.number, ...found }));
}
