"""What a network test found, in words that a student understands."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """What the browser says. The names and words are those of ``assets/network_test.js``.

    Attributes:
        secure: the browser gives this page a camera.
        cameras: how many are plugged in.
        direct: "direct" when a connection came about without TURN, "busy" when nobody had time to answer, else empty.
        turn: "udp", "tcp" or "tls", how the TURN server was reached and the class through it; "busy"; else empty.
        has_turn: this deployment has a TURN server.
    """

    secure: bool
    cameras: int
    direct: str
    turn: str
    has_turn: bool

    @property
    def relay(self) -> str:
        """How the TURN server was reached; empty when it was not."""
        return {"udp": "UDP", "tcp": "TCP", "tls": "TLS"}.get(self.turn, "")

    @property
    def video_gets_through(self) -> bool:
        return self.direct == "direct" or bool(self.relay)

    @property
    def was_busy(self) -> bool:
        return not self.video_gets_through and "busy" in (self.direct, self.turn)


def lines(found: Found) -> list[tuple[bool, str]]:
    """One line a part: whether it is as it should be, and a sentence."""
    said = [
        (True, "This page is secure, so your browser may give it a camera.")
        if found.secure
        else (False, "This page is not secure: browsers give it no camera. Ask your teacher for the https address."),
        (True, "A camera is plugged in.")
        if found.cameras
        else (False, "No camera was found. Plug one in, or join without a camera."),
        _video(found),
    ]
    if found.has_turn and not found.relay:
        said.append((False, "The relay for video (TURN) cannot be reached."))
    if found.direct == "direct" and found.relay:
        said.append((True, f"The relay for video (TURN) can be reached, too, over {found.relay}."))
    return said


def _video(found: Found) -> tuple[bool, str]:
    if found.direct == "direct":
        return True, "Video (UDP) reaches the class directly."
    if found.relay:
        return True, f"Video reaches the class through the relay (TURN), over {found.relay}."
    return False, "Video (UDP) does not reach the class."


def conclusion(found: Found) -> tuple[bool, str]:
    """Whether all is well, and what it comes to."""
    if found.was_busy:
        return False, "Many test their network just now. Try again in half a minute."
    if not found.secure:
        return False, "Your camera cannot be used on this page. Everything else works."
    if not found.video_gets_through:
        return False, (
            "Your network lets no video through. You need not do anything: a picture every two seconds takes its place,"
            " over the connection of this page. Another network, such as a phone's, may let video through."
        )
    if not found.cameras:
        return False, "Video would get through, but there is no camera. You can join without one."
    return True, "All is well: video from here reaches the class."


def for_the_teacher(found: Found) -> str:
    """What whoever runs the server may want to do; empty when nothing."""
    if found.video_gets_through or found.was_busy:
        return ""
    if found.has_turn:
        return "The TURN server was not reached from here: see whether it runs, and whether its port is open."
    return "A TURN server carries video where networks let none through: deploy/README.md has one ready."
