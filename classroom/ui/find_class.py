"""The class of a code that is typed on the Join page; where many wrong ones came from, after a wait."""

from time import sleep

import streamlit as st

from classroom.codes import parse_code
from classroom.records import ClassInfo
from classroom.server import ClassServer
from classroom.ui.page import visitor_address

_FOUND = "found_code"


def find_class(server: ClassServer, code: str) -> ClassInfo:
    """The open class of this code. Who has found it once waits no more when the page runs again.

    The wait is in this page's own thread, one code at a time, and keeps nobody else.

    Raises:
        CodeError: as ``Door.find``.
    """
    parse_code(code)  # what cannot be a code is no guess
    source = visitor_address()
    wait_ms = 0 if st.session_state.get(_FOUND) == code else server.door.wait_ms(source)
    if wait_ms:
        with st.spinner("Many wrong codes were typed in your network, so this takes some seconds …"):
            sleep(wait_ms / 1000)
    info = server.door.find(code, source)
    st.session_state[_FOUND] = code
    return info
