"""What an offer of a connection may say, looked at before anything is made for it.

Everything in an offer is somebody's word, and much of it costs more than its length: a parser that gives each line of
feedback to each codec took two seconds of the event loop for 45 kB; every line ``m=`` makes ports and threads, also one
that says it is refused; and a password of 40 kB would be sent along with every packet to every address that is named.
"""

from aiortc.sdp import MediaDescription, SessionDescription

from classroom.candidates import MOST_CANDIDATES

# Browsers' offers of one video have some 5 kB in 130 lines, with two dozen codecs; RTP has numbers for 128.
MAX_OFFER, MOST_LINES, MOST_CODECS = 50_000, 400, 128
# RFC 8839, 5.4.
_UFRAG, _PASSWORD = range(4, 257), range(22, 257)

TOO_MANY_CANDIDATES = f"it named more than {MOST_CANDIDATES} addresses of its own"


def unwanted(sdp: str, wanted: str = "video") -> str | None:
    """What an offer has besides one medium of the ``wanted`` kind, in words; ``None`` when our page may make it."""
    if len(sdp) > MAX_OFFER or len(sdp.splitlines()) > MOST_LINES or sdp.count("a=rtpmap:") > MOST_CODECS:
        return "its offer was larger than any browser's"
    if candidates_in(sdp) > MOST_CANDIDATES:
        return TOO_MANY_CANDIDATES
    try:
        media = SessionDescription.parse(sdp).media
    except Exception:  # whatever the parser met: it was made for what browsers send
        return "its offer could not be read"
    kinds = [each.kind for each in media]
    if "audio" in kinds:
        return "it came with sound"
    if kinds != [wanted]:
        return f"it came with {', '.join(kinds)[:100] or 'nothing'} instead of one {wanted}"
    if not _is_known(media[0]):
        return "its offer could not be read"
    return None


def candidates_in(sdp: str) -> int:
    return sdp.count("a=candidate:")


def _is_known(media: MediaDescription) -> bool:
    """Whether the other end can be told from others by a name and a password as ICE has them."""
    return len(media.ice.usernameFragment or "") in _UFRAG and len(media.ice.password or "") in _PASSWORD
