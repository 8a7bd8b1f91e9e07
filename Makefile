# chat-registry: `make run` starts it, `make test` checks it. Both need Python 3.11 or newer alone.

PYTHONS := python3 python3.14 python3.13 python3.12 python3.11
PYTHON ?= $(firstword $(foreach name,$(PYTHONS),$(shell $(name) -c \
	'import sys; sys.version_info >= (3, 11) and print("$(name)")' 2>/dev/null)))
INSTALL = $(or $(PYTHON),$(error Python 3.11 or newer is needed)) supabase/local/install.py

BIN := .venv/bin
# Our Node before any other that the machine has; install.py makes the link.
export PATH := $(CURDIR)/.venv/node:$(PATH)
PRETTIER = webApp/node_modules/.bin/prettier --config webApp/.prettierrc.json
UV_VERSION := 0.13.8
UV := .local/uv/bin/uv
COMPILE = $(UV) pip compile --quiet pyproject.toml --generate-hashes --universal --no-emit-index-url --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help run install test lint format types test-python test-web test-e2e coverage bench lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

# Each line of `run` is one command without a shell, which would not pass a signal on.
run: ## Start everything and serve the web app; PORT, SUPABASE_API_PORT and SUPABASE_DB_PORT move it
	@$(INSTALL) --lock requirements-run.lock
	@$(BIN)/python supabase/local/run.py

install: ## Install what the checks need, without starting anything
	@$(INSTALL) --lock requirements-dev.lock

test: install ## Run every check, also while `make run` is running
	@# Each of the first two keeps one core busy.
	@$(MAKE) --no-print-directory -j 2 lint types
	@$(MAKE) --no-print-directory test-python test-web test-e2e
	@echo "Every check has passed."

lint: install ## Check style: ruff, ESLint, Prettier, squawk over the migrations
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/squawk supabase/migrations/*.sql
	npm --prefix webApp run --silent lint
	npm --prefix webApp run --silent format:check
	$(PRETTIER) --check "supabase/local/*.ts"

types: install ## Check types: mypy and tsc, both strict
	$(BIN)/python -m mypy
	npm --prefix webApp run --silent types
	npm --prefix supabase/local run --silent types

test-python: install ## Test the database, the server and the stack
	@# Tests wait a third of the time, so two cores carry three workers.
	$(BIN)/python -m pytest -n 3 --dist worksteal

coverage: install ## Name the lines and branches of the server that no Python test reaches
	@# Two runs at once must not mix their figures.
	folder=$$(mktemp -d); trap 'rm -r $$folder' EXIT; \
	COVERAGE_FILE=$$folder/data $(BIN)/python -m pytest -n 3 --dist worksteal --cov --cov-report=term-missing:skip-covered

test-web: install ## Test the web app's parts and that its API client fits the server
	npm --prefix webApp run --silent api:check
	npm --prefix webApp test

test-e2e: install ## Test the whole in a real browser; PICTURES=1 keeps pictures of it
	cd webApp && npm exec -- playwright test

bench: install ## Measure the registry beside its floors, in some minutes; see docs/scale.md
	$(BIN)/python -m benchmarks.run

format: install ## Rewrite every source file in the house style
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .
	npm --prefix webApp run --silent format
	$(PRETTIER) --write "supabase/local/*.ts"

lock: ## Bring the Python lock files up to pyproject.toml
	@test -x $(UV) || { $(PYTHON) -m venv .local/uv && $(UV:uv=pip) install --quiet uv==$(UV_VERSION); }
	$(COMPILE) --group dev -o requirements-dev.lock
	$(COMPILE) -o requirements.lock
	$(COMPILE) --group run -c requirements-dev.lock -o requirements-run.lock

clean: ## Remove what was installed and built; the data in .local and .env.local stay
	rm -rf .venv supabase/local/node_modules webApp/node_modules webApp/dist .local/uv
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage
