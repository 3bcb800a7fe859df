# `make check` changes nothing; `make format` does.
.PHONY: check format test lock
check:
	ruff check . && ruff format --check .
format:
	ruff check --fix . && ruff format .
test:
	pytest
# Newest versions that requirements.txt allows, for every Python from 3.11 and every system, each file by its hash.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --upgrade --quiet \
	  --custom-compile-command "make lock" requirements.txt --output-file requirements.lock
