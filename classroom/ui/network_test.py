"""The network test: silent until somebody asks for it."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from classroom.errors import BadInput
from classroom.server import ClassServer
from classroom.turn import stun_servers, turn_servers
from classroom.ui.addresses import NETWORK_TEST
from classroom.ui.assets import ASSETS
from classroom.ui.network_peers import PEERS, TICKET_S
from classroom.ui.network_words import Found, conclusion, for_the_teacher, lines

_test = st.components.v2.component(
    "classpulse_network_test",
    html="<p></p>",
    css="""
p { margin: 0; opacity: .75; }
[hidden] { display: none; }
""",
    js=(ASSETS / "network_test.js").read_text("utf-8"),
)
_ASKED = "network_test"
_SAYS = {"secure": bool, "cameras": int, "direct": str, "turn": str}


def offer_network_test(server: ClassServer, *, teacher: bool = False) -> None:
    """A button, and below it what the test found.

    Args:
        teacher: also say what could be done about it.
    """
    if st.button("Test camera and network", icon=":material/network_check:"):
        try:
            _begin(server)
        except BadInput as error:
            st.warning(str(error), icon=":material/hourglass_empty:")
    if _ASKED not in st.session_state:
        return
    asked = st.session_state[_ASKED]
    said = _said(st.session_state.get("network"), asked["number"])
    data = asked | {
        "address": NETWORK_TEST,
        "stun": stun_servers(server.settings),
        "said": bool(said),
        "words": "Testing, for fifteen seconds at most …",
    }
    said = _said(_test(data=data, key="network", on_found_change=lambda: None), asked["number"])
    if not said:
        return
    has_turn = bool(server.settings.turn_urls)
    found = Found(said["secure"], said["cameras"], said["direct"], said["turn"], has_turn)
    _show(found, for_the_teacher(found) if teacher else "")


def _begin(server: ClassServer) -> None:
    """Raises ``BadInput`` when this page has tested too often."""
    asked = st.session_state.get(_ASKED, {"number": 0})
    st.session_state[_ASKED] = {
        "number": asked["number"] + 1,
        "ticket": PEERS.ticket(get_script_run_ctx().session_id),
        "turn": turn_servers(server.settings, "test", server.clock(), valid_s=round(TICKET_S)),
    }


def _show(found: Found, advice: str) -> None:
    is_well, sentence = conclusion(found)
    (st.success if is_well else st.warning)(sentence, icon=":material/check:" if is_well else ":material/info:")
    if found.was_busy:
        return
    said = [f"{':green[●]' if is_good else ':orange[●]'} {line}" for is_good, line in lines(found)]
    st.markdown("  \n".join([*said, advice]))


def _said(result, number: int) -> dict:
    """What the browser found in this test; nothing when it is not what ``assets/network_test.js`` says."""
    found = (result or {}).get("found")
    if not isinstance(found, dict) or found.get("number") != number:
        return {}
    is_as_said = all(isinstance(found.get(name), kind) for name, kind in _SAYS.items())
    return found if is_as_said else {}
