"""A child that answers what it was asked, or ends, hangs, prints or opens a socket when it is told to."""

import os
import queue
import socket
import subprocess
import sys
import threading
import time

from classroom.child import Parent, models_dir_asked_for


def main() -> int:
    parent = Parent()
    parent.answer(("progress", "Fetching a file."))
    if models_dir_asked_for() is not None:
        parent.answer(("failed", f"There is no model in {models_dir_asked_for().name}."))
        return 1
    elder = _Elder()
    parent.ready()
    for request in parent:
        if request == "end":
            return 3
        if request == "hang":
            time.sleep(600)
        if request == "print":
            print("a library says hello")
            sys.stdout.flush()
            os.write(1, b"so does one in C\n")
        match request:
            case "open", "here", family:
                parent.answer(_opened(family))
            case "open", "in a thread that was there before", family:
                parent.answer(elder.opened(family))
            case "open", "in a program that it starts", family:
                code = f"import socket; socket.socket({int(family)})"
                done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
                parent.answer(done.stderr.strip().rpartition("\n")[2].partition(":")[0] or "opened")
            case _:
                parent.answer(request)
    return 0


def _opened(family: int) -> str:
    """What comes of opening a socket of this family."""
    try:
        socket.socket(family).close()
    except OSError as error:
        return type(error).__name__
    return "opened"


class _Elder:
    """A thread from before the child was ready, as those of the libraries that read faces."""

    def __init__(self) -> None:
        self._asked: queue.Queue[int] = queue.Queue()
        self._answers: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._run, daemon=True).start()

    def opened(self, family: int) -> str:
        self._asked.put(family)
        return self._answers.get(timeout=30)

    def _run(self) -> None:
        while True:
            self._answers.put(_opened(self._asked.get()))


if __name__ == "__main__":
    raise SystemExit(main())
