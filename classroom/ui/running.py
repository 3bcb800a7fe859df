"""The one running ``ClassServer`` of this process, which pages, routes and the lifespan share.

Not ``st.cache_resource``: anybody's "clear cache" would drop a class that is running, and the lifespan has no page.
"""

import asyncio
import gc
import logging
import threading
from importlib.util import find_spec

import streamlit as st
from streamlit.runtime import Runtime, exists
from streamlit.runtime.secrets import secrets_singleton

from classroom import heap
from classroom.errors import ClassroomError, OtherServer
from classroom.safe_start import unsafe_settings
from classroom.server import ClassServer
from classroom.settings import Settings
from classroom.ui.stay_inside import own_address

logger = logging.getLogger(__name__)

COLLECT_EVERY_S = 60.0

_lock = threading.Lock()
_server: ClassServer | None = None


def refuse_unsafe_settings() -> None:
    """End the process with a sentence where the server must not start. To be called before it listens."""
    try:
        settings = Settings.from_env()
    except ClassroomError:
        return  # the pages say it, and nothing is served but that sentence
    auth = secrets_singleton.get("auth") if secrets_singleton.load_if_toml_exists() else None
    if auth and find_spec("authlib") is None:
        raise SystemExit('Signing in with [auth] needs one more package: pip install "streamlit[auth]"')
    if found := unsafe_settings(settings, st.get_option, auth):
        raise SystemExit("\n".join(["ClassPulse does not start, because it would be unsafe:", *found]))


def refuse_second_server() -> None:
    """End the process with a sentence where another server has the class database. To be called before it listens."""
    try:
        current()
    except OtherServer as error:
        raise SystemExit(f"ClassPulse does not start. {error}") from None
    except ClassroomError:
        return  # ``warm_up`` says it, and so do the pages


def current() -> ClassServer:
    """The running server, started by whoever asks first.

    Raises:
        StoreError: the database does not answer, or another server has it; the next call tries again.
    """
    global _server
    with _lock:
        if _server is None:
            _server = ClassServer(Settings.from_env(), page_is_open=_page_is_open)
        return _server


def public_url() -> str:
    """The public address of this server, empty when none is set. Asks no database: the event loop may call it."""
    if _server is not None:
        return _server.settings.public_url
    try:
        return Settings.from_env().public_url
    except ClassroomError:
        return ""


def warm_up() -> None:
    """Start everything before the first visitor, and print the setup key of a first start."""
    print(f"\n  ClassPulse: {own_address()}\n", flush=True)
    try:
        key = current().accounts.new_setup_key()
    except ClassroomError as error:
        logger.error("%s", error)
        return
    if key:
        # print, not logging: this is what the person at the terminal waits for, whatever the log level.
        print(
            f"\n  First start. Open the page, choose “I teach”, and use this one-time setup key:\n\n      {key}\n",
            flush=True,
        )


async def watch_loop() -> None:
    """Measure how late the event loop is, until cancelled; it runs on that loop."""
    while _server is None:  # the store may be down at the start
        await asyncio.sleep(1)
    await _server.loop_lag.watch()


async def collect_garbage() -> None:
    """Once a minute, until cancelled, what Streamlit would do after every run of a page.

    Python by itself collects too seldom: a page that was closed is garbage that holds open files. What becomes free
    goes back to the machine, while another thread waits for that.
    """
    while True:
        await asyncio.sleep(COLLECT_EVERY_S)
        gc.collect()
        await asyncio.to_thread(heap.give_back)


def shut_down() -> None:
    """Write what is left and end the engine."""
    global _server
    with _lock:
        if _server is not None:
            _server.close()
            _server = None


def _page_is_open(session_id: str) -> bool:
    return exists() and Runtime.instance().is_active_session(session_id)
