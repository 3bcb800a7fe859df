"""The plain HTML forms. Only an HTTP answer can set an HttpOnly cookie: they are posted to ``routes``, not to widgets.

Field names avoid words that are properties of a form (``name``, ``action``): Streamlit's sanitiser removes those.
"""

from collections.abc import Mapping
from html import escape
from urllib.parse import quote

import streamlit as st

from classroom.class_files import file_names
from classroom.notices import Notice
from classroom.records import ClassInfo

_MARKDOWN_SIGNS = "\\`*_{}[]()#+-.!|~<>$:&\"'=/@"

_FILES = {
    "session.csv": "Session CSV",
    "class.csv": "Class CSV",
    "attention.csv": "Attention CSV",
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


def sign_out_everywhere_button() -> None:
    st.html(
        """<form class="inline" method="post" action="/teacher/sign-out-everywhere">
        <button type="submit">Sign out everywhere now</button></form>"""
    )


def password_form(teacher_name: str) -> None:
    """The current password and another one. The name is there for the browser's own store of passwords."""
    st.html(
        f"""<form class="door" method="post" action="/teacher/password">
        <input type="text" value="{escape(teacher_name)}" autocomplete="username" hidden readonly>
        {_field("secret", "Current password", kind="password", autocomplete="current-password")}
        {_field("new_secret", "New password (at least 10 characters)", kind="password", autocomplete="new-password")}
        {_field("new_again", "The new one again", kind="password", autocomplete="new-password")}
        <button type="submit" class="main">Change it</button>
        <span class="hint">You stay signed in here, and are signed out everywhere else.</span></form>"""
    )


def join_form(info: ClassInfo, ticket: str, notice: Notice, lang: str, name: str, was_asked: bool) -> None:
    """Name, notice, and the ways in, of equal weight. The camera is not asked for before "share".

    Args:
        ticket: what shows that the code was found on this page.
        was_asked: whether the student was told that this name is not on the class list; sent again, it is meant.
    """
    words = {key: escape(text) for key, text in notice.words.items()}
    own = _name_field(words, name, was_asked) if info.mode.shows.typed_names else ""
    if info.mode.shows.camera:
        ways = f"""<div class="two"><button type="submit" name="share" value="camera">{words["share"]}</button>
            <button type="submit" name="share" value="nothing">{words["without"]}</button></div>"""
    else:
        ways = f'<button type="submit" class="main" name="share" value="nothing">{words["join"]}</button>'
    st.html(
        f"""<form class="door" method="post" action="/student/join" lang="{escape(lang)}">
        <input type="hidden" name="class_code" value="{escape(info.code)}">
        <input type="hidden" name="ticket" value="{escape(ticket)}">
        {own}{_notice_html(notice)}{ways}</form>"""
    )


def _name_field(words: Mapping[str, str], name: str, was_asked: bool) -> str:
    """No name of the list is offered: whoever has the code sees this page."""
    asked = f'<input type="hidden" name="asked" value="{escape(name)}">' if was_asked else ""
    return f"""<label>{words["your_name"]}<input name="student_name" value="{escape(name)}" required
        maxlength="60" autocomplete="name" placeholder="{words["name_hint"]}"></label>{asked}"""


def _notice_html(notice: Notice) -> str:
    points = "".join(f"<li><b>{escape(about)}:</b> {escape(text)}</li>" for about, text in notice.points)
    return f"""<div class="notice"><b>{escape(notice.title)}</b>
        <p><b>{escape(notice.this_class)}: {escape(notice.mode)}.</b> {escape(notice.line)}</p>
        <ul>{points}<li>{escape(notice.free)}</li></ul></div>"""


def student_button(action: str, label: str, quiet: bool = False) -> None:
    """A button that posts one of the student's plain actions: ``leave``, ``come-back``, ``forget-me``, ``erase-me``."""
    look = ' class="quiet"' if quiet else ""
    st.html(
        f"""<form class="inline" method="post" action="/student/{action}">
        <button type="submit"{look}>{escape(label)}</button></form>""",
        width="content",
    )


def download_links(info: ClassInfo, zone: str, with_names: bool = True, why_none: str = "") -> None:
    """The files of a class; the server asks whose it is when one is opened.

    Args:
        why_none: why there are none to be had, in a sentence that stands in their place.
    """
    if why_none:
        st.info(why_none)
        return
    query = f"?zone={quote(zone)}" + ("" if with_names else "&names=no")
    links = "".join(
        f'<a class="button" href="/class/{info.id}/{name}{query}" download>{_FILES[name]}</a>'
        for name in file_names(info.mode)
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
        {_field("secret", "Choose a password (at least 10 characters)", kind="password", autocomplete="new-password")}
        <button type="submit" class="main">Create my account</button></form>"""
    )


def _field(name: str, label: str, value: str = "", kind: str = "text", autocomplete: str = "off") -> str:
    return (
        f'<label>{label}<input type="{kind}" name="{name}" value="{escape(value)}" required maxlength="200"'
        f' autocomplete="{autocomplete}"></label>'
    )
