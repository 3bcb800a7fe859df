"""A page of the server, opened without a browser: speaks to Streamlit as the page's own script does.

A browser opens ``/_stcore/stream``, asks for a run, shows what the run sends, and answers with the values of widgets.
This does the same with the protobuf classes that Streamlit ships. What is shown is kept as Streamlit sent it, nothing
is drawn, and fragments that refresh themselves are run as often as their interval says.
"""

import asyncio
import contextlib
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

import httpx2
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.BidiComponent_pb2 import BidiComponent
from streamlit.proto.Components_pb2 import ComponentInstance
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

# The largest message is a board of many students with its chart.
MAX_MESSAGE_BYTES = 50_000_000
_FILES = re.compile(r'(?:src|href)="\./(static/[^"]+)"')

Found = TypeVar("Found")
Component = ComponentInstance | BidiComponent


@dataclass(frozen=True)
class Refresh:
    """One run of a fragment that refreshed itself: times of the monotonic clock, and the HTML that it showed."""

    asked_s: float
    shown_s: float
    html: tuple[str, ...]


class StreamlitPage:
    """One open page. Everything happens on the running event loop; ``close()`` may be called twice."""

    def __init__(self, socket: websockets.ClientConnection, address: str, query: str) -> None:
        self.components: dict[str, Component] = {}  # by the id under which a value is sent back
        self.fields: dict[str, str] = {}  # ids of the fields for text that were shown, by what stands above them
        self.problem = ""  # the last error that the page showed
        self.on_refresh: Callable[[Refresh], None] = lambda refresh: None
        self._socket = socket
        self._name = address.strip("/")
        self._query = query
        self._hash = ""
        self._values: dict[str, str] = {}
        self._typed: dict[str, str] = {}
        self._seen: set[str] = set()
        self._html: list[str] = []
        self._asked_s: dict[str, float] = {}  # fragment to when its newest run was asked for
        self._refreshing: dict[str, asyncio.Task] = {}
        self._changed = asyncio.Condition()
        self._is_over = False
        self._listening = asyncio.create_task(self._listen(), name="page")

    @classmethod
    async def open(cls, url: str, address: str, cookies: Mapping[str, str], query: str = "") -> "StreamlitPage":
        """Connect and ask for the first run."""
        stream = f"ws://{urlsplit(url).netloc}/_stcore/stream"
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        socket = await websockets.connect(
            stream,
            origin=url.rstrip("/"),  # as a browser says it; who says nothing is refused
            additional_headers=headers,
            subprotocols=["streamlit"],
            max_size=MAX_MESSAGE_BYTES,
            open_timeout=60,
        )
        page = cls(socket, address, query)
        await page._ask()
        return page

    @property
    def is_open(self) -> bool:
        return not self._is_over

    async def answer(self, component: Component, value: object) -> None:
        """The browser's part of a component says this; the page runs with it."""
        self._values[component.id] = json.dumps(value)
        await self._ask()

    async def type(self, field: str, text: str) -> None:
        """Type into the field of this label; the page runs with it."""
        self._typed[self.fields[field]] = text
        await self._ask()

    async def until(self, look: Callable[[], Found | None], timeout_s: float) -> Found:
        """Wait until the page shows what is looked for.

        Raises:
            TimeoutError: it did not, or the server hung up, or the page failed.
        """
        async with asyncio.timeout(timeout_s), self._changed:
            while (found := look()) is None:
                if self.problem or not self.is_open:
                    raise TimeoutError(self.problem or "the server closed the page")
                await self._changed.wait()
            return found

    async def close(self) -> None:
        for task in (*self._refreshing.values(), self._listening):
            task.cancel()
        self._refreshing.clear()
        await self._socket.close()

    async def _listen(self) -> None:
        try:
            async for data in self._socket:
                message = ForwardMsg()
                message.ParseFromString(data)
                self._take(message)
                await self._tell()
        except websockets.ConnectionClosed:
            pass
        finally:
            self._is_over = True
            await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        fragments = list(message.metadata.run.fragment_ids)
        if kind == "new_session":
            self._hash = message.new_session.page_script_hash
            self._html.clear()
            if not fragments:
                self._seen.clear()
                self._stop_refreshing()
        elif kind == "navigation":
            self._hash = message.navigation.page_script_hash
        elif kind == "auto_rerun":
            self._refresh(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "delta":
            self._show(message)
        elif kind == "script_finished":
            self._finish(message.script_finished, fragments)

    def _show(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind in ("component_instance", "bidi_component"):
            component = getattr(element, kind)
            self.components[component.id] = component
            self._seen.add(component.id)
        elif kind == "text_input":
            self.fields[element.text_input.label] = element.text_input.id
        elif kind == "html":
            self._html.append(element.html.body)
        elif kind == "exception":
            self.problem = f"the page failed: {element.exception.type} {element.exception.message}"

    def _finish(self, status: int, fragments: list[str]) -> None:
        if status == ForwardMsg.FINISHED_SUCCESSFULLY and not fragments:
            # As a browser, which takes away what the run did not show again.
            for gone in self.components.keys() - self._seen:
                del self.components[gone]
        if status != ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY:
            return  # one that was too slow was ended for the next: what was asked for is still to come
        for fragment in fragments:
            if fragment in self._asked_s:
                self.on_refresh(Refresh(self._asked_s.pop(fragment), time.monotonic(), tuple(self._html)))

    def _refresh(self, fragment: str, interval_s: float) -> None:
        if fragment not in self._refreshing:
            self._refreshing[fragment] = asyncio.create_task(self._ask_every(fragment, interval_s), name="fragment")

    def _stop_refreshing(self) -> None:
        for task in self._refreshing.values():
            task.cancel()
        self._refreshing.clear()
        self._asked_s.clear()

    async def _ask_every(self, fragment: str, interval_s: float) -> None:
        with contextlib.suppress(websockets.ConnectionClosed):
            while True:
                await asyncio.sleep(interval_s)
                self._asked_s.setdefault(fragment, time.monotonic())
                await self._ask(fragment)

    async def _ask(self, fragment: str = "") -> None:
        message = BackMsg()
        state = message.rerun_script
        state.page_script_hash = self._hash
        state.page_name = "" if self._hash else self._name
        state.query_string = self._query
        state.fragment_id = fragment
        state.is_auto_rerun = bool(fragment)
        state.context_info.timezone = "UTC"
        for name, value in self._values.items():
            state.widget_states.widgets.add(id=name, json_value=value)
        for name, text in self._typed.items():
            state.widget_states.widgets.add(id=name, string_value=text)
        await self._socket.send(message.SerializeToString())


async def load_files(client: httpx2.AsyncClient, address: str, query: str = "") -> None:
    """Fetch the page and what it names, as a browser that has nothing of it yet."""
    page = await client.get(address, params=query)
    page.raise_for_status()
    for name in sorted(set(_FILES.findall(page.text))):
        (await client.get(f"/{name}")).raise_for_status()
