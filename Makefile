# What there is to do here. Everything is set up on the way: `make serve` and `make test` work in a fresh clone.

PYTHON := $(shell for found in python3.13 python3.12 python3.11 python3; do \
	$$found -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$found && break; done)
CONTENT := content
ARGS :=
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
COMPILE := build/lock/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options --annotation-style line

.DEFAULT_GOAL := help
.PHONY: help serve test lint check bench pictures lock clean

help:  ## List what make can do here.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: .venv/ready  ## Serve the feeds of CONTENT (content/ by default) at port 8000.
	exec $(BIN)/feedsvc serve "$(CONTENT)" $(ARGS)

test: .venv/ready-dev  ## Run the unit and end-to-end tests.
	$(BIN)/pytest -m "not slow and not bench" $(ARGS)

lint: .venv/ready-dev  ## Look at style, types and imports, without running anything.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

check: lint test  ## Do all that has to pass before a change is merged; what CI runs.
	$(BIN)/pytest -m "slow or bench" $(ARGS)

bench: .venv/ready-dev  ## Measure, and write docs/benchmarks.md; ARGS="--help" says what can be chosen.
	$(BIN)/python -m tests.bench $(ARGS)

pictures: .venv/ready-dev  ## Make the pictures of the README anew, with Chromium.
	$(BIN)/python -m tests.pictures

lock: build/lock/bin/pip-compile  ## Bring the locked versions of all dependencies up to date.
	$(COMPILE) --upgrade --only-build-deps --build-deps-for wheel -o requirements-build.lock pyproject.toml
	$(COMPILE) --upgrade -o requirements.lock pyproject.toml
	$(COMPILE) --upgrade --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml

clean:  ## Remove all that was made here, but not the state of any content.
	rm -rf .venv build dist feedsvc.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# The stamps say which locks are installed. Builders come first: one dependency has to be built, with what is locked too.
.venv/ready: pyproject.toml requirements-build.lock requirements.lock | .venv/bin/pip
	$(INSTALL) --require-hashes -r requirements-build.lock
	$(INSTALL) --require-hashes --no-build-isolation -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/ready-dev: .venv/ready requirements-dev.lock
	$(INSTALL) --require-hashes --no-build-isolation -r requirements-dev.lock
	@touch $@

.venv/bin/pip:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and there is none in PATH."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) cannot make virtual environments: on Debian and Ubuntu, apt-get install python3-venv."; exit 1; }
	$(PYTHON) -m venv .venv

build/lock/bin/pip-compile: | .venv/bin/pip
	$(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet pip-tools
