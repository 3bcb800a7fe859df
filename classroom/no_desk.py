"""In place of the desk where no file may be read: their faces are read one by one, which some deployments leave out."""

from pathlib import Path

from classroom.errors import BadInput

SENTENCE = "This server reads no faces one by one, so there is nothing to analyse here: its settings leave that out."


class NoDesk:
    """Refuses everything in one sentence, and starts no process."""

    pid = None

    def picture(self, content: bytes):
        raise BadInput(SENTENCE)

    def frame(self, content: bytes):
        raise BadInput(SENTENCE)

    def recording(self, path: Path):
        raise BadInput(SENTENCE)

    def warm_up(self) -> None: ...

    def close(self) -> None: ...
