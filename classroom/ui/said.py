"""What a browser says of its connection, looked at before streamlit-webrtc acts on it.

Its part in the browser sends one value: whether it plays, its offer, and its addresses (candidates), all of them again
with every new one. streamlit-webrtc takes that as it comes: a task on the event loop for each address, a line in the
log for each that cannot be read, and an exception in the page for any other shape. But a page can say anything.
"""

from collections.abc import Mapping
from types import ModuleType

from classroom.candidates import MOST_CANDIDATES, is_usable, named
from classroom.ui.offers import MAX_OFFER, TOO_MANY_CANDIDATES, candidates_in
from classroom.ui.peer_guard import PeerGuard, guard_of_this_run

NOTHING: dict = {"playing": False, "sdpOffer": None, "iceCandidates": {}}
_NO_BROWSERS = "its page said what no page of ours says"
_LONGEST_NAME = 100


def unlike_a_browser(value: object) -> str | None:
    """What is wrong with a value of the component, in words; ``None`` when a browser may have said it."""
    if not isinstance(value, dict):
        return _NO_BROWSERS
    offer, candidates = value.get("sdpOffer") or {}, value.get("iceCandidates") or {}
    if not isinstance(offer, dict) or not isinstance(candidates, dict):
        return _NO_BROWSERS
    sdp = offer.get("sdp", "")
    if not isinstance(sdp, str) or (offer and offer.get("type") != "offer"):
        return _NO_BROWSERS
    if len(sdp) > MAX_OFFER:
        return "its offer was larger than any browser's"
    if len(candidates) + candidates_in(sdp) > MOST_CANDIDATES:
        return TOO_MANY_CANDIDATES
    return None


def as_understood(value: dict, visitor: str) -> dict:
    """The same value with nothing in it but what is acted on, and of the candidates those that are usable."""
    offer = value.get("sdpOffer")
    candidates = (value.get("iceCandidates") or {}).items()
    return {
        "playing": value.get("playing") is True,
        "sdpOffer": {"type": "offer", "sdp": offer["sdp"]} if offer and offer.get("sdp") else None,
        "iceCandidates": {
            name[:_LONGEST_NAME]: understood
            for name, candidate in candidates
            if (understood := _candidate(candidate, visitor))
        },
    }


def _candidate(said: object, visitor: str) -> dict | None:
    if not isinstance(said, Mapping) or not isinstance(text := said.get("candidate"), str):
        return None
    found = named(text)
    if found is None or not is_usable(found, visitor):
        return None
    mid, index = said.get("sdpMid"), said.get("sdpMLineIndex")
    return {
        "candidate": text,
        "sdpMid": mid[:_LONGEST_NAME] if isinstance(mid, str) else None,
        "sdpMLineIndex": index if isinstance(index, int) else 0,
    }


def _heard(guard: PeerGuard, value: object, is_connected: bool) -> dict:
    """What streamlit-webrtc is told in place of a value of the browser's part."""
    wrong = unlike_a_browser(value)
    # What is wrong counts as well: who says it again and again would fill the log.
    counts = wrong or (value.get("sdpOffer") and not is_connected)
    guard.is_held_back = bool(counts) and not guard.may_connect()
    if guard.is_held_back:
        return NOTHING
    if wrong:
        guard.end(wrong)
        return NOTHING
    return as_understood(value, guard.visitor)


def install(component: ModuleType) -> None:
    """Have streamlit-webrtc's module ``component`` act on what was looked at alone."""
    restore, compile_state = component._restore_snapshot_if_needed, component.compile_state

    def look_first(context, value: object):
        guard = guard_of_this_run()
        if guard is not None and value is not None:
            value = _heard(guard, value, context._get_worker() is not None)
        return restore(context, value)

    def state_of_any_value(value: object):
        return compile_state(value if isinstance(value, dict) else NOTHING)

    component._restore_snapshot_if_needed = look_first
    component.compile_state = state_of_any_value
