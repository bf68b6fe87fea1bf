.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin

help:  ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: .venv/ready  ## Create the virtual environment and install everything pinned

.venv/ready: requirements-dev.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

demo: setup  ## Run the portal with a simulated Microsoft (ONCE=1: exit after the first sync)
	$(BIN)/python manage.py demo $(if $(ONCE),--once)

test: setup  ## Run the whole test suite
	$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

check: setup  ## Lint, format, types, imports, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run

fmt: setup  ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup  ## Measure a sync of 500 tenants against a bare download
	$(BIN)/python -m tests.bench sync $(ARGS)

bench-lists: setup  ## Measure lists, search and exports of 100,000 assets against bare SQL
	$(BIN)/python -m tests.bench lists $(ARGS)

conformance: setup  ## Run Microsoft's own SDK against the simulator
	$(PYTHON) -m venv .local/conformance
	.local/conformance/bin/python -m pip install --quiet -r tests/conformance/requirements.txt
	.local/conformance/bin/python -m pytest tests/conformance

lock: setup  ## Pin the dependencies of pyproject.toml again (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header pyproject.toml -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --extra dev pyproject.toml -o requirements-dev.txt

clean:  ## Remove the local servers' data, caches and artefacts
	-$(BIN)/python manage.py services stop
	rm -rf .local artefacts staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.PHONY: help setup demo test check fmt bench bench-lists conformance lock clean
