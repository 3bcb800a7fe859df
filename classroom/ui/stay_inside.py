"""Streamlit asks a server on the internet for this machine's address; nothing that serves a class asks anybody outside.

It does so twice: for the addresses that it prints when it starts, which ``hideWelcomeMessage`` in the settings leaves
out, and on its event loop whenever a page of somebody else tries to connect.
"""

import streamlit as st
from streamlit import net_util


def ask_nobody_for_the_address() -> None:
    """Without the answer a foreign page is refused all the same."""
    net_util.get_external_ip = lambda: None


def own_address() -> str:
    """Where a browser on this machine finds the pages."""
    scheme = "https" if st.get_option("server.sslCertFile") else "http"
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{scheme}://{st.get_option('server.address') or 'localhost'}:{st.get_option('server.port')}/{base}"
