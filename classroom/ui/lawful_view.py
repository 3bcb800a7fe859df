"""Where this server is used and on what lawful basis: the one screen before the first class, and a part of Settings.

Behind the teachers' gate.
"""

from datetime import tzinfo

import streamlit as st

from classroom.clock import as_utc
from classroom.errors import BadInput, StoreError
from classroom.lawful import BASES, VERSION, limits_in_words, points
from classroom.records import Teacher
from classroom.regions import Region
from classroom.server import ClassServer
from classroom.ui import forms

_WIDTH_PX = 820  # lines of a wide page would be too long to be read


def ask_for_lawful_basis(server: ClassServer, teacher: Teacher) -> None:
    """Ask, and keep the answer. The page goes on as soon as it is there."""
    st.header("Before the first class")
    with st.container(width=_WIDTH_PX):
        st.write(
            "Whoever uses ClassPulse with other people answers for it. Say where, read what holds there, and confirm:"
            " once for this server. Until then no face is read."
        )
        _ask(server, teacher)


def show_lawful_basis(server: ClassServer, teacher: Teacher, zone: tzinfo) -> None:
    """What was confirmed; who set the server up can confirm something else."""
    kept = server.lawful.confirmed
    region, when = Region(kept.region), as_utc(kept.confirmed_ms).astimezone(zone)
    st.write(f"**{region.profile.title}.** {limits_in_words(server.settings)}")
    note = f" ({forms.as_text(kept.note)})" if kept.note else ""
    st.write(f"{BASES[kept.basis]}{note}. Confirmed on {when:%-d %B %Y}, text {kept.version}.")
    if server.accounts.is_first(teacher):
        with st.expander("Confirm another place or basis"):
            st.caption("It holds for the whole server at once. A running class that it does not allow ends.")
            _ask(server, teacher)


def _ask(server: ClassServer, teacher: Teacher) -> None:
    region = server.lawful.fixed_region or _choose_region()
    if region is None:
        st.caption(
            "If anybody takes part from the EU or the EEA, choose that, wherever the server stands. What you choose"
            " decides which modes there are and how long classes are kept."
        )
        return
    try:
        settings = server.lawful.settings_in(region)
    except BadInput as error:
        st.error(forms.as_text(str(error)))
        return
    fixed = " Whoever runs this server has set this place." if server.lawful.fixed_region else ""
    allowed = f"**{region.profile.title}.** {limits_in_words(settings)}{fixed}"
    st.info(allowed, icon=":material/photo_camera:" if settings.reads_faces else ":material/no_photography:")
    if region.profile.max_days and (due := server.keeping.due_if_kept(settings.retention_days)):
        classes = "1 class was" if due == 1 else f"{due} classes were"
        st.warning(
            f"{classes} last heard of more than {settings.retention_days} days ago and will be deleted within an hour"
            " of your confirmation. Save their files first if you need them.",
            icon=":material/delete:",
        )
    with st.form("lawful", border=False):
        st.markdown("\n".join(f"- {point}" for point in points(settings)))
        st.caption("No legal advice. Where each statement comes from, and what is not certain, stands in docs/LAW.md.")
        basis = st.radio("On what basis?", list(BASES), index=None, format_func=BASES.get)
        note = st.text_input("Where that is written down (optional)", max_chars=120, placeholder="File, date, person")
        agreed = st.checkbox("I have checked these points. They hold for this server and everybody in its classes.")
        st.caption(f"Kept with your name, the time, the place, and the version of this text ({VERSION}).")
        if st.form_submit_button("Confirm", type="primary"):
            try:
                server.lawful.confirm(teacher, region, basis or "", note, agreed)
            except (BadInput, StoreError) as error:
                st.error(forms.as_text(str(error)))
            else:
                st.rerun()


def _choose_region() -> Region | None:
    return st.radio(
        "Where is this server used?",
        list(Region),
        index=None,
        format_func=lambda region: region.profile.title,
        key="region",
    )
