"""What a visitor reads when a page fails in a way that it did not foresee. The traceback goes to the terminal."""

import logging

import streamlit as st

from classroom.errors import ClassroomError
from classroom.ui import forms

logger = logging.getLogger(__name__)


def say_what_failed(error: Exception) -> bool:
    """Show one sentence in place of Streamlit's own; ``True`` says that it is done."""
    if isinstance(error, ClassroomError):
        logger.warning("%s", error)
        st.error(forms.as_text(str(error)), icon=":material/error:")
    else:
        logger.error("A page failed.", exc_info=error)
        st.error("This page failed. Reload it; what was recorded is safe.", icon=":material/error:")
    return True
