"""What is uploaded stays in memory on its way in."""

from starlette.formparsers import MultiPartParser

from classroom.pictures import MAX_MB


def keep_in_memory() -> None:
    """Starlette writes an upload of more than a megabyte to a temporary file; no picture may go to disk here.

    Streamlit refuses more than its ``server.maxUploadSize``, which is as much as a picture may have.
    """
    MultiPartParser.spool_max_size = (MAX_MB + 1) * 1024 * 1024
