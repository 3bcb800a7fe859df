"""A network without a way out in which every packet to elsewhere is written down, whoever sends it, in what language.

    python -m benchmarks.watched_network RESULT -- COMMAND...      (inside: ``start_watched``)

Hooks of Python see what Python's sockets do. Native code, another process or a browser may ask for a name or send a
packet as well, so the network itself is watched: a namespace of its own (Linux) with one card that leads to a gateway
that is not there. Whatever leaves for that gateway is a packet to somebody outside; a question for a name is told by
the name, also where a resolver on this machine would answer it.
"""

import contextlib
import json
import os
import shlex
import shutil
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CARD, OWN, OWN_6 = "here", "192.0.2.1", "2001:db8::1"  # RFC 5737 and RFC 3849: addresses of nobody
# What is asked and sent at the end of each run: when it is not seen, nothing would have been.
CONTROL_NAME, CONTROL_ADDRESS = "control.invalid", "198.51.100.1"
DNS_PORT = 53

_NETWORK = " && ".join(
    (
        "ip link set lo up",
        f"ip link add {CARD} type veth peer name nowhere",
        f"ip addr add {OWN}/24 dev {CARD}",
        f"ip -6 addr add {OWN_6}/64 dev {CARD} nodad",
        f"ip link set {CARD} up && ip link set nowhere up",
        # The gateway is known by its card's address, so that packets leave and need not ask for it first.
        f"ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev {CARD} nud permanent",
        f"ip -6 neigh add 2001:db8::2 lladdr 02:00:00:00:00:02 dev {CARD} nud permanent",
        "ip route add default via 192.0.2.2 && ip -6 route add default via 2001:db8::2",
    )
)
_ALL_PROTOCOLS, _OUTGOING = 0x0003, 4  # ETH_P_ALL, PACKET_OUTGOING of linux/if_packet.h
_IPV4, _IPV6, _TCP, _UDP, _ICMPV6 = 0x0800, 0x86DD, 6, 17, 58


@dataclass(frozen=True)
class Watched:
    """What a command did in there.

    Attributes:
        returncode: its own.
        asked: one line for each address outside, and each name that was asked for; in the order of the first packet.
        output: what it printed.
    """

    returncode: int
    asked: tuple[str, ...]
    output: str


def cannot_watch() -> str | None:
    """Why not on this machine, in a sentence; ``None`` when it can."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return "needs unshare and ip: `apt-get install util-linux iproute2`"
    if subprocess.run(["unshare", "-rn", "sh", "-c", _NETWORK], capture_output=True).returncode:
        return "needs a kernel that lets this user make a network namespace"
    return None


def start_watched(
    command: Sequence[str], result: Path, cwd: Path = ROOT, env: Mapping[str, str] | None = None
) -> subprocess.Popen:
    """Begins to run a command in a watched network of its own; give both to ``what_was_asked``.

    Args:
        result: a file that does not exist, for what is seen.
    """
    inside = shlex.join([sys.executable, "-m", "benchmarks.watched_network", str(result), "--", *command])
    return subprocess.Popen(
        ["unshare", "-rn", "sh", "-c", f"{_NETWORK} && exec {inside}"],
        cwd=cwd,
        # Nobody answers in there: who asks for a name need not wait half a minute to learn that.
        env=dict(env or os.environ) | {"PYTHONPATH": str(ROOT), "RES_OPTIONS": "timeout:1 attempts:1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )


def what_was_asked(running: subprocess.Popen, result: Path, timeout_s: float) -> Watched:
    """Waits for the end.

    Raises:
        RuntimeError: the watcher itself failed, or did not see its own control packets.
        subprocess.TimeoutExpired: it has not ended in time; it was killed.
    """
    try:
        output, _ = running.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        running.kill()
        running.communicate()
        raise
    if not result.exists():
        raise RuntimeError(f"nothing was watched: {output[-3000:]}")
    said = json.loads(result.read_text("utf-8"))
    control = [line for line in said["asked"] if CONTROL_NAME in line or CONTROL_ADDRESS in line]
    if len(control) < 2:
        raise RuntimeError(f"the watcher is blind: of its own two packets it saw {control}")
    return Watched(said["returncode"], tuple(line for line in said["asked"] if line not in control), output)


def line_of(interface: str, protocol: int, packet: bytes) -> str | None:
    """What a packet that leaves asks for, in a line; ``None`` for what stays here or is the card's own upkeep."""
    if protocol == _IPV4 and len(packet) >= 20:
        payload, kind = packet[(packet[0] & 15) * 4 :], packet[9]
        to = socket.inet_ntop(socket.AF_INET, packet[16:20])
    elif protocol == _IPV6 and len(packet) >= 40:
        payload, kind = packet[40:], packet[6]
        to = socket.inet_ntop(socket.AF_INET6, packet[24:40])
    else:
        return None
    # Routers and neighbours are looked for by the kernel itself (RFC 4861), and groups are joined (RFC 3810).
    if kind == _ICMPV6 and payload[:1] and payload[0] in (*range(130, 138), 143) or kind == 0:
        return None
    port = struct.unpack("!H", payload[2:4])[0] if kind in (_TCP, _UDP) and len(payload) >= 4 else None
    asks_for_a_name = kind == _UDP and port == DNS_PORT
    if (interface == "lo" or to in (OWN, OWN_6)) and not asks_for_a_name:
        return None
    if asks_for_a_name:
        return f"asks for the name {_name(payload[8:])}"
    return f"sends to {to}" + (f" port {port}" if port is not None else f" protocol {kind}")


def _name(question: bytes) -> str:
    """The name in a question for one, RFC 1035 section 4.1.2."""
    labels, at = [], 12
    while at < len(question) and 0 < question[at] < 64:
        labels.append(question[at + 1 : at + 1 + question[at]].decode("ascii", "replace"))
        at += 1 + question[at]
    return ".".join(labels) or "?"


class _Watcher(threading.Thread):
    """Notes every line once, from its start until ``stop``."""

    def __init__(self) -> None:
        super().__init__(name="watcher", daemon=True)
        self.lines: dict[str, None] = {}  # ordered
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ALL_PROTOCOLS))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self._socket.settimeout(0.2)
        self._stopping = threading.Event()
        self._seen = threading.Condition()

    def run(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                packet, (interface, protocol, kind, *_) = self._socket.recvfrom(2048)
                if kind == _OUTGOING and (line := line_of(interface, protocol, packet)):
                    with self._seen:
                        self.lines[line] = None
                        self._seen.notify_all()

    def wait_for(self, address: str, timeout_s: float) -> None:
        """Until a line with this address is there, or the time is over."""
        with self._seen:
            self._seen.wait_for(lambda: any(address in line for line in self.lines), timeout_s)

    def stop(self) -> None:
        self._stopping.set()
        self.join()
        self._socket.close()


def _send_control() -> None:
    with contextlib.suppress(OSError):
        socket.getaddrinfo(CONTROL_NAME, 9)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        control.sendto(b"control", (CONTROL_ADDRESS, 9))


def main(argv: list[str]) -> int:
    result, separator, *command = argv
    if separator != "--" or not command:
        print(__doc__, file=sys.stderr)
        return 2
    watcher = _Watcher()
    watcher.start()
    returncode = subprocess.run(command, stdin=subprocess.DEVNULL).returncode
    _send_control()
    watcher.wait_for(CONTROL_ADDRESS, timeout_s=5)  # packets are seen in the order in which they were sent
    watcher.stop()
    Path(result).write_text(json.dumps({"returncode": returncode, "asked": list(watcher.lines)}), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
