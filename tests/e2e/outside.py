"""What stands between a class and the outside, started on loopback: Caddy with an authority of its own, and coturn.

Both run with the files in ``deploy/``; what only a test needs (free ports, folders) is given beside them.
"""

import contextlib
import os
import secrets
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from aioice.ice import get_host_addresses

from benchmarks.server import ROOT, free_port

DEPLOY = ROOT / "deploy"
SECRET = secrets.token_hex(32)


def program(name: str, package: str) -> str:
    """Its path; without it the test is skipped, or has failed where nothing may be missing."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if path is None:
        reason = f"needs {name}: `apt-get install {package}`"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return path


class Coturn:
    """``url`` is what browsers are told; ``log`` is what it said."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._output = folder / "coturn.log"
        self.url = f"turn:127.0.0.1:{self.port}?transport=udp"

    @property
    def log(self) -> str:
        return self._output.read_text(errors="replace")

    @contextlib.contextmanager
    def running(self) -> Iterator["Coturn"]:
        options = {
            "listening-port": self.port,
            "listening-ip": "127.0.0.1",
            "relay-ip": "127.0.0.1",
            "realm": "localhost",
            "static-auth-secret": SECRET,
            "pidfile": self._output.with_suffix(".pid"),
            "userdb": self._output.with_suffix(".db"),
        }
        # In the compose file the class has one address; here it has those of this machine.
        allowed = [f"--allowed-peer-ip={address}" for address in get_host_addresses(use_ipv4=True, use_ipv6=True)]
        given = [f"--{name}={value}" for name, value in options.items()]
        command = [program("turnserver", "coturn"), "-c", str(DEPLOY / "turnserver.conf"), "-v", *given, *allowed]
        with _process(command, self._output, self.port):
            yield self


class Caddy:
    """``url`` is HTTPS in front of ``upstream_port``; ``authority`` is the certificate that its own is signed with."""

    def __init__(self, folder: Path, upstream_port: int) -> None:
        self._folder = folder
        self._upstream_port = upstream_port
        self._port = free_port()
        self.url = f"https://localhost:{self._port}"
        self.authority = folder / "caddy" / "pki" / "authorities" / "local" / "root.crt"

    @contextlib.contextmanager
    def running(self) -> Iterator["Caddy"]:
        config = self._folder / "Caddyfile"
        config.write_text(
            f"""{{
                admin off
                auto_https disable_redirects
                skip_install_trust
                storage file_system {self._folder / "caddy"}
            }}
            import {DEPLOY / "Caddyfile"}
            """
        )
        env = {"CLASSPULSE_HOST": self.url, "CLASSPULSE_UPSTREAM": f"localhost:{self._upstream_port}"}
        command = [program("caddy", "caddy"), "run", "--adapter", "caddyfile", "--config", str(config)]
        with _process(command, self._folder / "caddy.log", self._port, env):
            yield self

    def is_trusted_by_who_trusts_its_authority(self) -> bool:
        """Whether its certificate is one for this name, signed by ``authority``."""
        context = ssl.create_default_context(cafile=self.authority)
        with socket.create_connection(("localhost", self._port), timeout=10) as connection:
            with context.wrap_socket(connection, server_hostname="localhost") as secured:
                return secured.version() is not None


@contextlib.contextmanager
def _process(command: list[str], output: Path, port: int, env: Mapping[str, str] = {}) -> Iterator[None]:
    """Running from when it listens on its port until the end of the block."""
    with output.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=os.environ | dict(env))
    try:
        until = time.monotonic() + 30
        while not _listens(port):
            assert process.poll() is None and time.monotonic() < until, output.read_text(errors="replace")[-3000:]
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
