# Houtai. `make run` starts everything, `make test` tests everything; the rest is for working on it.
# the first Python that starts and is new enough (a name alone can be a version manager's empty promise)
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
VENV := .venv
PY := $(VENV)/bin/python
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(PY) -m pip install --quiet --require-hashes

# What each part of the suite may take on two cores, in seconds; `make test` says when one takes longer.
export BUDGET_SQLITE := 370
export BUDGET_POSTGRESQL := 380
export BUDGET_STACK := 180

.PHONY: run test test-fast race bench drill browser screenshots lint messages clean
.DEFAULT_GOAL := run

run: $(VENV)/.installed ## the whole house on http://127.0.0.1:8000 (PORT=…), until Ctrl-C
	@$(PY) manage.py prepare
	@$(PY) manage.py up

test: $(VENV)/.installed-dev ## the whole suite on SQLite, then on PostgreSQL
	@$(PY) tests/run_suite.py

test-fast: $(VENV)/.installed-dev ## SQLite only, without processes
	@$(PY) tests/run_suite.py --only sqlite

race: $(VENV)/.installed-dev ## race tests, 2,000 rounds each, on both databases
	@HOUTAI_RACE_ROUNDS=2000 $(PY) tests/run_suite.py --races

browser: $(VENV)/.installed-dev ## journeys in headless Chromium
	@$(PY) tests/run_suite.py --browser

bench: $(VENV)/.installed-dev ## every promise of speed against its reference; fills a database of 1,000,000 orders once
	@$(PY) bench/run.py $(BENCH)

drill: $(VENV)/.installed-dev ## backup under load, restore, one beat period: nothing twice (PostgreSQL, pg_dump)
	@$(PY) manage.py shell --verbosity 0 -c "import sys; from tests.stack.drill import main; sys.exit(main())"

screenshots: $(VENV)/.installed-dev ## docs/screens/ and docs/screenshot.png, from a demo of its own
	@$(PY) manage.py shell --verbosity 0 -c "from tests.browser.screenshots import main; main()"

lint: $(VENV)/.installed-dev ## style, types, arrows between apps
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports

messages: $(VENV)/.installed-dev ## new sentences into locale/*.po (needs gettext)
	@$(PY) manage.py makemessages -l zh_Hans --no-location --no-wrap --ignore=.venv --ignore=var --ignore=tests

clean: ## what can be made again; never var/, where the data is
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache test-results

$(PY):
	@test -n "$(PYTHON)" || { echo "Houtai needs Python 3.11 or newer: make run PYTHON=/path/to/it"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "On Debian and Ubuntu: apt install python3-venv"; exit 1; }

$(VENV)/.installed: requirements.txt | $(PY)
	@echo "Installing what Houtai needs (once) …"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt | $(PY)
	@echo "Installing what the tests need (once) …"
	@$(PIP) -r requirements-dev.txt
	@touch $@ $(VENV)/.installed
