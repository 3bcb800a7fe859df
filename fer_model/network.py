"""Opens one of MediaPipe's networks in LiteRT."""

from pathlib import Path

from ai_edge_litert.interpreter import Interpreter

from fer_model.errors import ModelFileError
from fer_model.native_log import native_log_as_debug


def open_network(path: Path) -> Interpreter:
    """The network of a .tflite, ready for its first run, for one thread and one caller at a time.

    Raises:
        ModelFileError: the file is missing or LiteRT cannot load it.
    """
    try:
        # As bytes: LiteRT opens paths with C functions that stumble over umlauts in a Windows user name.
        content = path.read_bytes()
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read; run `python -m fer_model.model_files`.") from error
    with native_log_as_debug():
        try:
            network = Interpreter(model_content=content, num_threads=1)
            network.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ModelFileError(f"LiteRT cannot load {path}; bring the right file.") from error
    return network
