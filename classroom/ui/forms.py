"""The plain HTML forms. Only an HTTP answer can set an HttpOnly cookie: they are posted to ``routes``, not to widgets.

Field names avoid words that are properties of a form (``name``, ``action``): Streamlit's sanitiser removes those.
"""

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

import streamlit as st

_MARKDOWN_SIGNS = "\\`*_{}[]()#+-.!|~<>$:&\"'=/@"

_FILES = {
    "session.csv": "Session CSV",
    "attendance.csv": "Attendance CSV",
    "signals.csv": "Signals CSV",
    "markers.csv": "Markers CSV",
    "alerts.csv": "Alerts CSV",
    "report.html": "Report (HTML)",
    "everything.zip": "All CSV files (ZIP)",
}


def as_text(text: str) -> str:
    """Text that Streamlit's Markdown shows sign for sign: no link, picture, formula, emoji code or HTML."""
    return "".join(f"\\{sign}" if sign in _MARKDOWN_SIGNS else sign for sign in text)


def teacher_door(needs_setup: bool, user_name: str) -> None:
    """Sign in; on a first start, create the first account instead."""
    if needs_setup:
        st.header("Welcome. Create the first teacher's account")
        st.write("The terminal in which ClassPulse was started shows a one-time setup key.")
        _create_form(user_name)
        return
    st.header("Sign in to teach")
    st.html(
        f"""<form class="door" method="post" action="/teacher/sign-in">
        {_field("user_name", "Your name", user_name, autocomplete="username")}
        {_field("secret", "Password", kind="password", autocomplete="current-password")}
        <button type="submit" class="main">Sign in</button></form>"""
    )
    with st.expander("I have a setup key from a colleague"):
        _create_form("")


def sign_out_button(teacher_name: str) -> None:
    st.html(
        f"""<form class="inline" method="post" action="/teacher/sign-out">
        <span class="who" title="{escape(teacher_name)}">{escape(teacher_name)}</span>
        <button type="submit" class="quiet">Sign out</button></form>""",
        width="content",
    )


def join_form(code: str, name: str, roster: Sequence[str]) -> None:
    """Name, notice, and the two ways in, of equal weight. The camera is not asked for before "share"."""
    known = 'list="names"' if roster else ""
    options = "".join(f'<option value="{escape(entry)}"></option>' for entry in roster)
    hint = "Choose yourself from the list, or type your name." if roster else "As your teacher knows it."
    st.html(
        f"""<form class="door" method="post" action="/student/join">
        <input type="hidden" name="class_code" value="{escape(code)}">
        <label>Your name<input name="student_name" value="{escape(name)}" {known} required maxlength="60"
          autocomplete="name" placeholder="{hint}"></label>
        <datalist id="names">{options}</datalist>
        {NOTICE_HTML}
        <div class="two"><button type="submit" name="share" value="camera">Share my camera</button>
        <button type="submit" name="share" value="nothing">Join without camera</button></div></form>"""
    )


def student_button(action: str, label: str) -> None:
    """A button that posts one of the student's plain actions: ``leave``, ``come-back``, ``forget-me``, ``erase-me``."""
    st.html(
        f"""<form class="inline" method="post" action="/student/{action}">
        <button type="submit">{escape(label)}</button></form>""",
        width="content",
    )


NOTICE_HTML = """<div class="notice"><b>Before you decide</b><ul>
<li><b>What is computed:</b> once or twice a second, the expression that your face shows (such as happy, sad or
neutral). It is a guess from a picture, often wrong, and never what you feel. And how your head is turned, and how far
eyes and mouth are open.</li>
<li><b>What is kept:</b> those numbers, what you signal with a button (such as “I'm lost”), with your name and the times
you were here. No picture and no sound is kept, and sound is not even sent.</li>
<li><b>Who sees it:</b> your teacher, and you. No other student.</li>
<li>You can pause or leave at any time. Joining without a camera is just as fine.</li></ul></div>"""


def download_links(class_id: int, zone: str, with_names: bool = True) -> None:
    """The files of a class; the server asks whose it is when one is opened."""
    query = f"?zone={quote(zone)}" + ("" if with_names else "&names=no")
    links = "".join(
        f'<a class="button" href="/class/{class_id}/{name}{query}" download>{label}</a>'
        for name, label in _FILES.items()
    )
    st.html(f'<div class="links">{"".join(links)}</div>')


def link_button(address: str, zone: str, label: str) -> None:
    """A file that the server makes when it is asked for."""
    st.html(
        f'<a class="button" href="{address}?zone={quote(zone)}" download>{escape(label)}</a>',
        width="content",
    )


def _create_form(user_name: str) -> None:
    st.html(
        f"""<form class="door" method="post" action="/teacher/create">
        {_field("setup_key", "Setup key", autocomplete="off")}
        {_field("user_name", "Your name", user_name, autocomplete="username")}
        {_field("secret", "Choose a password (at least 10 signs)", kind="password", autocomplete="new-password")}
        <button type="submit" class="main">Create my account</button></form>"""
    )


def _field(name: str, label: str, value: str = "", kind: str = "text", autocomplete: str = "off") -> str:
    return (
        f'<label>{label}<input type="{kind}" name="{name}" value="{escape(value)}" required maxlength="200"'
        f' autocomplete="{autocomplete}"></label>'
    )
