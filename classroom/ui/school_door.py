"""The button "with your school's account". There is none unless [auth] stands in Streamlit's secrets.

Streamlit's own cookie says who somebody is, and a page cannot set ours. So who came back from the provider presses one
more button, a form like any other, which carries a ticket and sets the cookie that all pages and routes ask for.
"""

from html import escape

import streamlit as st
from streamlit.runtime.secrets import secrets_singleton

from classroom.errors import ClassroomError
from classroom.server import ClassServer
from classroom.ui import forms
from classroom.ui.gate import ANYBODY, gated


def offer_school_account(server: ClassServer) -> None:
    auth = _auth()
    if auth is None:
        return
    claims = _claims()
    if claims is None:
        st.button("Sign in with your school's account", icon=":material/school:", on_click=gated(ANYBODY, st.login))
        return
    email = str(claims.get("email") or "")
    try:
        ticket = server.school.ticket(claims, auth.get("teachers", ()))
    except ClassroomError as error:
        st.error(f"{forms.as_text(email)}: {forms.as_text(str(error))}")
    else:
        st.html(
            f"""<form class="door" method="post" action="/teacher/enter">
            <input type="hidden" name="ticket" value="{escape(ticket)}">
            <button type="submit" class="main">Go on as {escape(email)}</button></form>"""
        )
    st.button("Another account", on_click=gated(ANYBODY, st.logout))


def _auth() -> dict | None:
    """The section [auth] of the secrets."""
    if not secrets_singleton.load_if_toml_exists():
        return None
    auth = secrets_singleton.get("auth")
    return dict(auth) if auth else None


def _claims() -> dict | None:
    """What the provider said of who came back from it, ``None`` for who has not."""
    return st.user.to_dict() if st.user.is_logged_in else None
