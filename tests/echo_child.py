"""A child that answers what it was asked, or ends, hangs or prints when it is told to."""

import os
import sys
import time

from classroom.child import Parent, models_dir_asked_for


def main() -> int:
    parent = Parent()
    parent.answer(("progress", "Fetching a file."))
    if models_dir_asked_for() is not None:
        parent.answer(("failed", f"There is no model in {models_dir_asked_for().name}."))
        return 1
    parent.answer(("ready", ""))
    for request in parent:
        if request == "end":
            return 3
        if request == "hang":
            time.sleep(600)
        if request == "print":
            print("a library says hello")
            sys.stdout.flush()
            os.write(1, b"so does one in C\n")
        parent.answer(request)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
