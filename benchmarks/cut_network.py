"""A network of its own for a browser, with one cable to this machine that can be pulled. Linux, as root."""

import os
import shutil
import subprocess
from pathlib import Path

NAME = "classpulse"
HERE, THERE = "10.87.0.1", "10.87.0.2"  # this machine's end, the browser's end


class OwnNetwork:
    """A network namespace. ``close()`` takes it away; may be called twice."""

    def __init__(self) -> None:
        """Raises ``OSError`` where this cannot be done."""
        if os.name != "posix" or os.geteuid() != 0 or shutil.which("ip") is None:
            raise OSError("A network of its own needs Linux, root and iproute2 (apt install iproute2).")
        self.close()
        _ip("netns", "add", NAME)
        _ip("link", "add", NAME, "type", "veth", "peer", "name", "eth0", "netns", NAME)
        _ip("addr", "add", f"{HERE}/24", "dev", NAME)
        _ip("-n", NAME, "addr", "add", f"{THERE}/24", "dev", "eth0")
        _ip("-n", NAME, "link", "set", "lo", "up")
        _ip("-n", NAME, "link", "set", "eth0", "up")
        self.plug()

    def plug(self) -> None:
        _ip("link", "set", NAME, "up")

    def pull(self) -> None:
        """Nothing gets through, in either direction, and nobody is told: no connection is closed."""
        _ip("link", "set", NAME, "down")

    def reaches(self, port: int) -> bool:
        """Whether a program in there can open a connection to this port of this machine."""
        probe = ["ip", "netns", "exec", NAME, "timeout", "2", "bash", "-c", f"echo > /dev/tcp/{HERE}/{port}"]
        return subprocess.run(probe, stderr=subprocess.DEVNULL).returncode == 0

    def inside(self, program: str, folder: Path) -> Path:
        """A program that runs this one in there."""
        script = folder / f"{Path(program).name}-inside"
        script.write_text(f'#!/bin/sh\nexec ip netns exec {NAME} {program} "$@"\n')
        script.chmod(0o755)
        return script

    def pids(self) -> list[int]:
        """Every process in there."""
        found = subprocess.run(["ip", "netns", "pids", NAME], capture_output=True, text=True, check=True)
        return [int(pid) for pid in found.stdout.split()]

    def close(self) -> None:
        subprocess.run(["ip", "link", "del", NAME], stderr=subprocess.DEVNULL)
        subprocess.run(["ip", "netns", "del", NAME], stderr=subprocess.DEVNULL)


def _ip(*arguments: str) -> None:
    try:
        subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        raise OSError(f"ip {' '.join(arguments)}: {error.stderr.strip()}") from error
