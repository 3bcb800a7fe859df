"""What every page calls first: its look, its menu, and the gate in front of it."""

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from classroom.errors import ClassroomError
from classroom.records import ClassInfo, Student, Teacher
from classroom.server import ClassServer
from classroom.ui import cookies, forms, running
from classroom.ui.addresses import ANALYSE, HOME, JOIN, LIVE, MODEL, PAGE_FILES, REPORTS, SETTINGS
from classroom.ui.assets import ASSETS, LOGO
from classroom.ui.lawful_view import ask_for_lawful_basis
from classroom.ui.origin import came_over_https
from classroom.ui.school_door import offer_school_account

_MENUS = {
    "teacher": (
        (HOME, "Home"),
        (LIVE, "Live class"),
        (REPORTS, "Reports"),
        (ANALYSE, "Analyse"),
        (MODEL, "How good?"),
        (SETTINGS, "Settings"),
    ),
    "visitor": ((HOME, "Home"), (JOIN, "Join a class"), (LIVE, "I teach"), (MODEL, "How good?")),
}


@dataclass(frozen=True)
class Visit:
    """Who looks at a page, and the server behind it."""

    server: ClassServer
    teacher: Teacher | None
    zone: ZoneInfo

    def still_holds(self) -> bool:
        """Whether the cookie of this browser is still this teacher's, as ``gate.Entry``. Asks the store."""
        return self.asked_elsewhere()()

    def asked_elsewhere(self) -> Callable[[], bool]:
        """The same question for a thread that has no page: about the cookie that this page has now."""
        token = visitor_cookie(cookies.TEACHER)
        return lambda: self.server.accounts.teacher_of(token) == self.teacher


@dataclass(frozen=True)
class StudentVisit:
    """A student on a page of their own, and their class as it was when the page ran.

    Attributes:
        was_open: whether the class ran then; what a page of a running class offers ends with it.
    """

    server: ClassServer
    student: Student
    info: ClassInfo
    token: str
    was_open: bool

    def still_holds(self) -> bool:
        """Whether this browser still has this student's cookie, which still opens something, and the class goes on.

        Every student asks every few seconds, so it asks no database: whatever erases or ends tells the server.
        """
        token, _ = cookies.read_student(visitor_cookie(cookies.STUDENT))
        if token != self.token or self.server.has_left_for_good(self.student):
            return False
        if self.server.rights.was_erased(self.student):
            return False
        return not self.was_open or self.server.is_open(self.info)


def open_page(title: str, *, wide: bool = False, menu: bool = True, gate: bool = False) -> Visit:
    """Set up the page and return who looks at it. The page stops here when the store is down or the gate is shut.

    Args:
        wide: use the whole width, for boards and tables.
        menu: show the links to the other pages; a student in a class needs none.
        gate: only signed-in teachers get past, once the lawful basis is confirmed; everybody else sees the sign-in form
            and nothing of any class.
    """
    st.set_page_config(page_title=f"{title} · ClassPulse", page_icon=str(LOGO), layout="wide" if wide else "centered")
    st.html(ASSETS / "style.css")
    try:
        server = running.current()
        teacher = server.accounts.teacher_of(visitor_cookie(cookies.TEACHER))
        needs_setup = gate and teacher is None and server.accounts.needs_setup()
        is_lawful = not gate or teacher is None or server.lawful.is_confirmed()
    except ClassroomError as error:  # the store is down, or a setting cannot be used
        _top(None, menu=False)
        st.error(str(error), icon=":material/error:")
        st.caption("Reload this page when that is mended. Whoever runs ClassPulse finds the details in the terminal.")
        st.stop()
    _top(teacher, menu)
    show_notice()
    if gate and teacher is None:
        forms.teacher_door(needs_setup, typed(cookies.NOTICE, "user_name"))
        offer_school_account(server)
        st.stop()
    if gate and not is_lawful:
        ask_for_lawful_basis(server, teacher)
        st.stop()
    return Visit(server, teacher, visitor_zone())


def visitor_cookie(name: str) -> str:
    """A cookie of this visitor, as it was when the page was loaded."""
    # The connection of a page always says where the page comes from, and so whether over HTTPS.
    return cookies.read_cookie(st.context.cookies, name, came_over_https("", st.context.headers))


def visitor_address() -> str:
    """The address that this visitor comes from; empty on the own machine."""
    return st.context.ip_address or ""


def visitor_zone() -> ZoneInfo:
    """The time zone of the visitor's browser, UTC when it does not say."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def show_notice() -> None:
    """Say what the last form came to, for as long as this load of the page lives."""
    notice = cookies.read_notice(visitor_cookie(cookies.NOTICE))
    if not notice["sentence"]:
        return
    (st.error if notice["kind"] == "error" else st.success)(forms.as_text(notice["sentence"]))


def typed(cookie: str, field: str) -> str:
    """What the visitor had typed into a form that was refused."""
    return cookies.read_notice(visitor_cookie(cookie))["form"].get(field, "")


def _top(teacher: Teacher | None, menu: bool) -> None:
    with st.container(key="top", horizontal=True, vertical_alignment="center", gap="small"):
        st.html('<span class="brand">Class<b>Pulse</b></span>', width="content")
        if not menu:
            return
        for address, label in _MENUS["teacher" if teacher else "visitor"]:
            st.page_link(PAGE_FILES[address], label=label)
        if teacher:
            forms.sign_out_button(teacher.name)
