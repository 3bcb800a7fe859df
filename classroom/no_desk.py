"""In place of the desk where no file may be read: their faces are read one by one, which some deployments leave out."""

from pathlib import Path

from classroom.errors import BadInput
from classroom.lawful import NO_FILES_READ


class NoDesk:
    """Refuses everything in one sentence, and starts no process."""

    pid = None

    def picture(self, content: bytes):
        raise BadInput(NO_FILES_READ)

    def frame(self, content: bytes):
        raise BadInput(NO_FILES_READ)

    def recording(self, path: Path):
        raise BadInput(NO_FILES_READ)

    def warm_up(self) -> None: ...

    def close(self) -> None: ...
