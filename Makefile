# Each target calls plain tools; `make run` and `make test` set up what they need.
PYTHON ?= python3.11
PORT ?= 8400
BIN := .venv/bin

.PHONY: run setup build test lint browser check-python check-web bench clean

run: build  ## the demo shop, with simulated visitors, on http://127.0.0.1:$(PORT)
	$(BIN)/python examples/shop/demo.py --port $(PORT)

setup: .venv/.ready node_modules/.ready

.venv/.ready: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

node_modules/.ready: package.json package-lock.json web/sdk/package.json examples/shop/storefront/package.json
	npm ci --no-fund --no-audit --loglevel=error
	touch $@

build: setup  ## browser SDK and storefront
	npm run build --silent

test: build browser lint check-web check-python  ## everything

check-python:
	$(BIN)/pytest

check-web:
	mkdir -p build && $(BIN)/python -m tests.vectors > build/vectors.jsonl
	npm run typecheck --silent
	npm test --silent
	npm run size --silent

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	npm run lint --silent

browser:  ## Debian's Chromium, for the tests in a real browser
	scripts/install-browser

bench: build  ## JSON lines, one per figure
	scripts/install-bench
	$(BIN)/python -m bench

clean:
	rm -rf .venv node_modules web/*/dist examples/*/storefront/dist src/befit/api/static .befit
