# One command each; all of them set up what they need in .venv on first use.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint clean

demo: .venv/ready  ## the main job on the bundled example
	@rm -rf build/acme
	@$(BIN)/verifier example build/acme > /dev/null
	@$(BIN)/verifier ask "can any external principal reach s3:DeleteBucket via role assumption" \
		--snapshot build/acme || test $$? -eq 3

test: .venv/ready  ## every test
	$(BIN)/python -m pytest -q

lint: .venv/ready  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean:
	rm -rf .venv build

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@
