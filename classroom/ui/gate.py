"""The one gate for what runs without opening its page: callbacks and fragments.

Streamlit runs a callback before the script of the page, and a fragment without it, so neither passes the gate on top of
the page. Without one of their own, a page whose teacher was signed out elsewhere could still delete a class. So every
callback goes through ``gated`` and every fragment through ``gated_fragment``; a test finds those that do not.
"""

from collections.abc import Callable
from functools import wraps
from typing import Protocol

import streamlit as st

from classroom.errors import ClassroomError
from classroom.ui import forms


class Entry(Protocol):
    """Whoever a page was shown to."""

    def still_holds(self) -> bool:
        """Whether the cookie of this browser still opens what the page shows; asked anew each time.

        Raises:
            StoreError: the database does not answer.
        """


class _Anybody:
    def still_holds(self) -> bool:
        return True


# For the few things that need no cookie, such as going to the school's provider in order to sign in.
ANYBODY: Entry = _Anybody()


def gated(entry: Entry, act: Callable[..., object]) -> Callable[..., None]:
    """A callback that does nothing once its page is no longer its visitor's.

    Nothing has to be said: the page runs after it and says that somebody has to sign in, or that the database is away.
    """

    @wraps(act)
    def asked(*arguments, **options) -> None:
        try:
            holds = entry.still_holds()
        except ClassroomError:
            return
        if holds:
            act(*arguments, **options)

    return asked


def gated_fragment(part: Callable[..., None] | None = None, *, run_every: float | None = None):
    """``st.fragment`` whose first argument is the ``Entry``. Once that no longer holds, the page runs: its gate."""
    if part is None:
        return lambda each: gated_fragment(each, run_every=run_every)

    @wraps(part)
    def asked(entry: Entry, *arguments, **options) -> None:
        try:
            holds = entry.still_holds()
        except ClassroomError as error:
            st.error(forms.as_text(str(error)), icon=":material/database_off:")
            return
        if not holds:
            st.rerun()
        part(entry, *arguments, **options)

    del asked.__wrapped__  # Streamlit would hand it on as what its fragment wraps, past this gate
    return st.fragment(asked, run_every=run_every)
