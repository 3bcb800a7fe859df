"""The child of ``classroom.engine`` for classes without expressions: the network that names them is not even loaded."""

from classroom.engine_process import main

if __name__ == "__main__":
    raise SystemExit(main(with_expression=False))
