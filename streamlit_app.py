"""The server: ``streamlit run streamlit_app.py``. The pages are ``home.py`` and ``pages/``."""

import asyncio
import gc
import sys
from contextlib import asynccontextmanager

import streamlit as st

from classroom import heap, log_flood, open_files
from classroom.ui import connection_guard, running, stay_inside, uploads
from classroom.ui.broken_off import BrokenOff
from classroom.ui.headers import SecurityHeaders
from classroom.ui.health_route import FiguresForOurselves
from classroom.ui.kept_files import KeptFiles
from classroom.ui.message_pace import MessagePace
from classroom.ui.origin import OwnOrigin
from classroom.ui.routes import ROUTES
from classroom.ui.strangers import StrangersPages
from classroom.ui.trouble import say_what_failed
from classroom.ui.uploads import UploadsForTeachers

# For how long a thread may keep the interpreter while others wait. The event loop gives it away with every packet that
# it sends, and with Python's 5 ms it waited for pages that were being made: with fifty students it is half as late.
SWITCH_S = 0.001


@asynccontextmanager
async def lifespan(_app):
    """Warm before the first visitor; at the end everything is written."""
    # The large imports come before the first student, who would wait for them. Not streamlit_webrtc itself: a component
    # that is declared outside the run of a page is not served.
    import aiortc  # noqa: F401

    import classroom.ui.board_view  # noqa: F401

    log_flood.install(log_flood.LogFlood())
    sys.setswitchinterval(SWITCH_S)
    running.warm_up()
    # Streamlit collects garbage after every run of a page; what is loaded now lives for good, so it need not be walked.
    gc.freeze()
    tasks = [asyncio.create_task(running.watch_loop()), asyncio.create_task(running.collect_garbage())]
    yield
    for task in tasks:
        task.cancel()
    running.shut_down()


heap.keep_together()
running.refuse_unsafe_settings()
stay_inside.ask_nobody_for_the_address()
uploads.keep_in_memory()
running.refuse_second_server()
connection_guard.install(open_files.raise_limit())
app = st.App(
    "home.py",
    routes=ROUTES,
    middleware=[
        BrokenOff.as_middleware(),
        SecurityHeaders.as_middleware(),
        OwnOrigin.as_middleware(),
        FiguresForOurselves.as_middleware(),
        MessagePace.as_middleware(),
        StrangersPages.as_middleware(),
        KeptFiles.as_middleware(),
        UploadsForTeachers.as_middleware(),
    ],
    lifespan=lifespan,
    on_script_error=say_what_failed,
)
