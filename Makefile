# `make help` lists what can be done here. Each command prepares what it needs first.

SETUP := python3 tools/bootstrap.py
PY := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help run test setup lint format types phone unit journeys contracts migrations lock engines bench backup clean

help: ## show this list
	@echo "make <command>, where <command> is one of:"
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  \1\t\2/' | expand -t 14
	@echo
	@echo "Ports and data move with: make run FANGCUN_PORT=9000 BOX_PORT=9700 FANGCUN_HOME=/some/dir"

run: ## start the demo: the phone, the console and a WeChat in a box (Ctrl-C stops it)
	@$(SETUP) run

test: ## every check: style, types, floors, phone builds, tests on SQLite and PostgreSQL, browser journeys
	@$(SETUP) test

setup: ## prepare this folder for development
	@$(SETUP) setup

lint: setup ## style of Python and templates, and the floors of the house
	@$(PY) tools/check.py lint

format: setup ## put Python and the mini program's code into the house style
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .
	@cd miniapp && npx eslint . --fix

types: setup ## mypy, strict
	@$(PY) tools/check.py types

phone: setup ## checks of the mini program: eslint, vue-tsc, vitest, the built WeChat package
	@$(PY) tools/check.py phone

unit: setup ## tests without a browser, on SQLite
	@.venv/bin/pytest -m "not journey"

journeys: setup ## browser journeys through phone and console
	@$(PY) tools/check.py journeys

contracts: setup ## write contracts/ and the mini program's types from the code
	@.venv/bin/fangcun contracts
	@$(PY) tools/client_types.py --write

migrations: setup ## write migrations for changed models
	@.venv/bin/fangcun manage makemigrations

PIN := uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url
lock: ## pin requirements/*.in with hashes (needs uv)
	@for name in build node base; do $(PIN) requirements/$$name.in -o requirements/$$name.txt || exit 1; done
	@$(PIN) -c requirements/base.txt requirements/test.in -o requirements/test.txt
	@$(PIN) -c requirements/base.txt requirements/engines.in -o requirements/engines.txt

engines: setup ## install Spark (needs Java) and ClickHouse's engine, and run every question on all three
	@$(PY) -m pip install --quiet --require-hashes -r requirements/engines.txt
	@$(PY) -m pytest fangcun/insight -q -k "engine or spark or clickhouse or bucket"

bench: setup ## side-by-side benchmarks; each prints a ratio
	@for script in bench/*.py; do $(PY) $$script || exit 1; done

backup: ## copy database, media and keys while everything runs: make backup TO=/some/dir
	@.venv/bin/fangcun backup "$(or $(TO),backups)"

clean: ## remove what was installed and built here; data in var/ stays
	@rm -rf .venv .logs miniapp/node_modules miniapp/dist .mypy_cache .ruff_cache .import_linter_cache *.egg-info
	@rm -rf miniapp/tools/*/node_modules miniapp/tools/node_modules
	@find fangcun wechatbox tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
