# `make check` changes nothing; `make format` does.
.PHONY: check format test
check:
	ruff check . && ruff format --check .
format:
	ruff check --fix . && ruff format .
test:
	pytest
