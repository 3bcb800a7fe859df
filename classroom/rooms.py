"""The room cameras of all classes, each there from the first time it is shared to the end of its class."""

import threading
from collections.abc import Callable

import av

from classroom.clock import Clock
from classroom.records import ClassInfo, Reading
from classroom.room import RoomCamera, RoomView
from classroom.room_reader import RoomReader
from classroom.store import Store


class Rooms:
    """Safe to use from several threads. ``close()`` may be called twice."""

    def __init__(
        self,
        store: Store,
        record: Callable[[list[Reading]], None],
        clock: Clock,
        max_students: int,
        new_reader: Callable[[], RoomReader],
    ) -> None:
        self._store = store
        self._record = record
        self._clock = clock
        self.max_students = max_students  # of cameras that are shared from now on
        self._new_reader = new_reader
        self._cameras: dict[int, RoomCamera] = {}
        self._lock = threading.Lock()

    def share(self, info: ClassInfo, may: Callable[[], bool]) -> int:
        """A page shares its camera with a class that runs; gives the number for its frames. ``may`` as for a camera."""
        with self._lock:
            if info.id not in self._cameras:
                self._cameras[info.id] = RoomCamera(
                    info, self._store, self._record, self._clock, self.max_students, self._new_reader()
                )
            return self._cameras[info.id].share(may)

    def unshare(self, class_id: int, sharer: int) -> None:
        if camera := self._cameras.get(class_id):
            camera.unshare(sharer)

    def frame_arrived(self, class_id: int, sharer: int, frame: av.VideoFrame) -> None:
        """The frame callback's only call; never raises, never waits."""
        if camera := self._cameras.get(class_id):
            camera.frame_arrived(sharer, frame)

    def view(self, class_id: int) -> RoomView:
        camera = self._cameras.get(class_id)
        return camera.view if camera else RoomView()

    def classes(self) -> set[int]:
        """Those that have a camera of the room here, by their ids."""
        return set(self._cameras)

    def last_seen_ms(self, student_id: int) -> int | None:
        """When a seat was last seen; ``None`` for one that is not here, and for everybody who is no seat."""
        seen = (camera.last_seen_ms(student_id) for camera in list(self._cameras.values()))
        return next((at_ms for at_ms in seen if at_ms is not None), None)

    def seen(self) -> dict[int, tuple[int, int]]:
        """The seats that are present, for the recorder."""
        present: dict[int, tuple[int, int]] = {}
        for camera in list(self._cameras.values()):
            present |= camera.seen()
        return present

    def place_is_free(self, class_id: int) -> None:
        """Somebody is not in this class any more."""
        if camera := self._cameras.get(class_id):
            camera.place_is_free()

    def forget(self, class_id: int) -> None:
        """The class has ended."""
        with self._lock:
            camera = self._cameras.pop(class_id, None)
        if camera:
            camera.close()

    def close(self) -> None:
        for class_id in list(self._cameras):
            self.forget(class_id)
