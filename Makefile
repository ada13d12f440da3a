# Everything a contributor runs. `make demo` and `make test` work on a fresh clone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
JOBS ?= 2
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# The main network's metadata, where it lies beside the project: codec tests use it, or skip.
export TAOCLI_REAL_METADATA ?= $(wildcard $(CURDIR)/../shared/reference/metadata-424-v15.hex)

.PHONY: setup demo test check lint interop clients bench clean screenshots

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[worker,dev]'
	touch $@

demo: setup
	$(BIN)/taocli demo

test: setup lint
	$(BIN)/pytest -n $(JOBS) -m "not interop and not clients and not gpu"

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

# Lint, types, import contracts and house rules, without the rest of the tests.
check: lint
	$(BIN)/pytest -q tests/unit/test_house_rules.py tests/unit/test_import_contracts.py \
		tests/unit/test_import_hygiene.py tests/unit/test_packaging.py

# The real peers, each generation in a virtual environment of its own.
.interop/%/.installed: tests/interop/%.txt
	test -x .interop/$*/bin/python || $(PYTHON) -m venv .interop/$*
	.interop/$*/bin/pip install --quiet --requirement $<
	touch $@

# polkadot-js, for the keys that go to browser wallets and come from them.
.interop/polkadotjs/.installed: tests/interop/polkadotjs/package.json tests/interop/polkadotjs/package-lock.json
	mkdir -p .interop/polkadotjs
	cp $^ tests/interop/polkadotjs/.npmrc .interop/polkadotjs/
	cd .interop/polkadotjs && npm ci --silent --ignore-scripts --no-audit --no-fund
	touch $@

# The whole of polkadot.js, as a client of the dev chain.
.interop/polkadotapi/.installed: tests/interop/polkadotapi/package.json tests/interop/polkadotapi/package-lock.json
	mkdir -p .interop/polkadotapi
	cp $^ tests/interop/polkadotapi/.npmrc .interop/polkadotapi/
	cd .interop/polkadotapi && npm ci --silent --ignore-scripts --no-audit --no-fund
	touch $@

interop: setup .interop/sdk10/.installed .interop/sdk11/.installed .interop/polkadotjs/.installed .interop/polkadotapi/.installed
	$(BIN)/pytest -m interop tests/interop

# Every flow of btcli and the SDKs that the dev chain serves; several minutes, so not part of `interop`.
clients: setup .interop/sdk10/.installed .interop/sdk11/.installed
	$(BIN)/pytest -m clients tests/interop/test_client_flows.py

bench: setup
	$(BIN)/python -m tests.bench

screenshots: setup
	$(BIN)/python -m tests.screenshots

clean:
	rm -rf $(VENV) .interop build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
