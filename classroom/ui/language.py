"""In which language a student reads the notice: as the browser says, until another one is chosen."""

import streamlit as st

from classroom.notices import USUAL, languages


def choose_language() -> str:
    """The code of the language; a choice where there are several."""
    names = languages()
    browsers = (st.context.locale or "").split("-")[0].lower()
    chosen = st.segmented_control(
        "Language",
        list(names),
        default=browsers if browsers in names else USUAL,
        format_func=names.get,
        key="language",
        label_visibility="collapsed",
        required=True,
    )
    return chosen or USUAL
