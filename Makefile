# Habits by name; `make` alone lists them. Everything happens in $(VENV), made with the first suitable Python found.
SHELL := /bin/sh
# `make NAME=…` changes these; the environment does not, where many a name means something else already: `clean` removes $(VENV).
VENV = .venv
OLDEST_VENV = .venv-oldest
DB = sqlite
# Processes of tests side by side: half of them take what needs no live Airflow, which mostly waits.
WORKERS = 4
# Further words for the command behind a habit.
ARGS =
BIN := $(VENV)/bin
# What the page in Airflow's UI is made from: where one is newer, or a folder because a file of it has gone, installing builds the page anew.
PAGE := $(shell find dean_provider/plugins/www/*.* dean_provider/plugins/www/src dean_provider/plugins/www/public)
# A user's own Airflow is never touched: nothing of it reaches any command below.
$(foreach name,$(filter-out DEAN_TEST_%,$(filter AIRFLOW% DEAN_%,$(.VARIABLES))),$(eval unexport $(name)))
unexport PYTHONPATH PYTHONHOME
# Files compiled once start faster.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo up test coverage test-unit test-oldest test-wheel lint format types docs bench chaos fuzz constraints clean

help: ## what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(BIN)/python:
	@python=$$(sh .ci/find-python $(if $(PYTHON),--only '$(PYTHON)')) && echo "preparing $(VENV) with $$($$python --version)" && $$python -m venv $(VENV)

$(OLDEST_VENV)/bin/python:
	@python=$$(sh .ci/find-python $(if $(OLDEST_PYTHON),--only '$(OLDEST_PYTHON)',python3.10)) && echo "preparing $(OLDEST_VENV) with $$($$python --version)" && $$python -m venv $(OLDEST_VENV)

$(VENV)/.run: $(BIN)/python pyproject.toml constraints.txt $(PAGE)
	@echo "installing (a minute or two the first time)"
	@sh .ci/install $(VENV) constraints.txt local
	@touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml constraints.txt $(PAGE)
	@echo "installing what the tests need (a minute or two the first time)"
	@sh .ci/install $(VENV) constraints.txt dev
	@touch $@ $(VENV)/.run

$(VENV)/.bench: $(VENV)/.dev
	@sh .ci/install $(VENV) constraints.txt bench
	@touch $@

$(OLDEST_VENV)/.dev: $(OLDEST_VENV)/bin/python pyproject.toml constraints-oldest.txt $(PAGE)
	@echo "installing the oldest supported Airflow"
	@sh .ci/install $(OLDEST_VENV) constraints-oldest.txt dev
	@touch $@

demo: $(VENV)/.run ## run a real trial under a real Airflow and show what it found (DB=postgres for PostgreSQL)
	@$(BIN)/dean demo --db $(DB) $(ARGS)

up: $(VENV)/.run ## the same, but stay until Ctrl-C with the Airflow UI
	@$(BIN)/dean up --db $(DB) $(ARGS)

test: $(VENV)/.dev $(OLDEST_VENV)/.dev ## every test but those of the wheel, on the newest Airflow and, live, on the oldest
	@DEAN_TEST_OLDEST_PYTHON=$(CURDIR)/$(OLDEST_VENV)/bin/python $(BIN)/python -m pytest -n $(WORKERS) -m 'not wheel' $(ARGS)

# Apart, because counting lines makes the tests take three times the processor's time.
coverage: $(VENV)/.dev ## how much of the code the tests without a live Airflow reach
	@$(BIN)/python -m pytest -n $(WORKERS) tests/unit tests/integration --cov --cov-report=term:skip-covered $(ARGS)

test-unit: $(VENV)/.dev ## the fast tests only
	@$(BIN)/python -m pytest -n 2 tests/unit $(ARGS)

test-oldest: $(OLDEST_VENV)/.dev ## unit tests and DAG import on the oldest Airflow
	@$(OLDEST_VENV)/bin/python -m pytest -n 2 tests/unit $(ARGS)

test-wheel: $(VENV)/.dev ## the built wheel in a clean environment
	@$(BIN)/python -m pytest tests/packaging $(ARGS)

lint: $(VENV)/.dev ## style, formatting and the floors of the house
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache

format: $(VENV)/.dev ## mend what can be mended by itself
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: $(VENV)/.dev ## mypy, strictly
	@$(BIN)/mypy

docs: $(VENV)/.dev ## make the generated reference pages anew
	@$(BIN)/python docs/reference/generate.py

bench: $(VENV)/.bench ## every benchmark, side by side in one run
	@for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python $$file $(ARGS) || exit 1; done

chaos: $(VENV)/.dev $(OLDEST_VENV)/.dev ## the fault tests, at length
	@DEAN_TEST_LONG=1 DEAN_TEST_OLDEST_PYTHON=$(CURDIR)/$(OLDEST_VENV)/bin/python $(BIN)/python -m pytest tests -m chaos --timeout 3600 $(ARGS)

fuzz: $(VENV)/.dev $(OLDEST_VENV)/.dev ## the property tests with thousands of examples, and every interface asked 20,000 times
	@DEAN_TEST_LONG=1 $(BIN)/python -m pytest tests/unit --timeout 3600 $(ARGS)
	@DEAN_TEST_LONG=1 DEAN_TEST_OLDEST_PYTHON=$(CURDIR)/$(OLDEST_VENV)/bin/python $(BIN)/python -m pytest tests/integration/plugins/fuzz -s $(ARGS)

constraints: $(VENV)/.dev ## resolve the constraints anew (needs uv)
	@sh .ci/constraints

clean: ## everything that can be made again
	@rm -rf $(VENV) $(OLDEST_VENV) .dean build dist dean_provider/plugins/www/dist dean_provider/plugins/www/node_modules .pytest_cache .mypy_cache .ruff_cache .coverage*
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
