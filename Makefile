# Needs Python 3.11 or newer and make; everything else goes into .venv.
# PLP_HOST, PLP_PORT and the other settings (docs/operations.md) are read from the environment.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# `make test ARGS="tests/planning/goals -k carry"`, `make bench ARGS=--help`
ARGS   ?=
# Examples of each kind that `make fuzz` sends to each operation, and where they begin.
FUZZ   ?= 100
SEED   ?= $(shell date +%s)
# The branch that `make test-quick` compares with, and the days on which `make test-days` begins.
BASE   ?= main
DAYS   ?= 2026-11-30 2026-12-01 2028-02-29 2027-06-30 2026-12-31

.DEFAULT_GOAL := help
.PHONY: help run test test-quick test-days fuzz coverage check format openapi bench clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|' 2>/dev/null \
	  || grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST)

# `exec` replaces the shell with the server, so that signals reach the server and no process is left behind.
run: $(VENV)/run.stamp ## Install if needed, load the demo district once, print its logins, serve
	@exec $(BIN)/plp serve --demo

test: $(VENV)/dev.stamp $(VENV)/clients.stamp ## Run every test, on SQLite or PostgreSQL (ARGS=… goes to pytest)
	$(BIN)/pytest -n auto --dist worksteal $(ARGS)

test-quick: $(VENV)/dev.stamp ## Run the tests of what changed since BASE=main, on SQLite
	$(BIN)/python -m tests.quick $(BASE) $(ARGS)

test-days: $(VENV)/dev.stamp $(VENV)/clients.stamp ## Run every test on SQLite with the clock at the edges of the calendar
	for day in $(DAYS); do PLP_TEST_NOW=$${day}T17:00:00Z PLP_TEST_DATABASES=sqlite \
	  $(BIN)/pytest -n auto --dist worksteal $(ARGS) || exit 1; done

fuzz: $(VENV)/dev.stamp ## Send generated requests, and sequences of steps with ELOs (SEED=… repeats a run)
	PLP_TEST_FUZZ=$(FUZZ) PLP_TEST_SEED=$(SEED) $(BIN)/pytest -n auto --dist worksteal tests/foundation/rest/test_fuzz.py tests/learning/test_sequences.py $(ARGS)

coverage: ## Run every test and measure which lines and branches they reach; below the floor it fails
	@mkdir -p var/coverage
	@PYTEST_ADDOPTS="--cov" $(MAKE) --no-print-directory test

check: $(VENV)/dev.stamp ## Lint, formatting, types, import contracts, and the OpenAPI document
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/plp openapi --check

format: $(VENV)/dev.stamp ## Format the code and apply ruff's safe fixes
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

openapi: $(VENV)/run.stamp ## Write openapi/openapi.json from the code
	$(BIN)/plp openapi

bench: $(VENV)/dev.stamp ## Compare the server with a minimal one, on PostgreSQL (ARGS=… goes to the benchmark)
	$(BIN)/python -m benchmarks $(ARGS)

clean: ## Remove .venv, builds and caches; data in var/ stays
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What the tests of generated clients need of npm; Node.js comes in a wheel.
$(VENV)/clients.stamp: $(wildcard tests/clients/typescript/*.json tests/clients/typescript/.npmrc) | $(VENV)/dev.stamp
	$(BIN)/python -m tests.clients.node
	@touch $@

# Stamps are touched last: an interrupted install is repeated, a finished one is skipped.
$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: pyproject.toml setup.py constraints.txt | $(BIN)/pip
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[pdf]'
	@touch $@

$(VENV)/dev.stamp: pyproject.toml setup.py constraints.txt | $(BIN)/pip
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,dev]'
	@touch $@ $(VENV)/run.stamp
