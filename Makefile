# make setup   everything that is needed, in .venv
# make demo    sample data, train, promote, score, discover, serve on 127.0.0.1:3000  (SERVE=0 stops before serving)
# make test    format, lint, types, import contracts, tests
# make check   the same without the tests
# make bench   overturns foreseen, beside plain baselines: FILE=... COLUMNS=..., or on a sample
# make bench-pages   ms and kB of every page, on 100,000 made-up appeals and 300 themes: BIG=folder

PYTHON ?= python3
TORCH ?= torch==2.13.0
SERVE ?= 1
APPEALS ?= 12000
DEMO := var/demo
BIN := .venv/bin

export HF_HUB_OFFLINE := 1

.PHONY: setup demo test check bench bench-pages format clean
.DEFAULT_GOAL := setup

setup: .venv/.ready

# torch goes first and by version: any other way of asking may bring gigabytes of GPU libraries.
.venv/.ready: pyproject.toml
	@echo "== setting up .venv: a few minutes the first time"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -c "import torch" 2>/dev/null || $(BIN)/pip install --quiet $(TORCH)
	@$(BIN)/pip install --quiet --editable '.[dev]'
	@touch $@
	@echo "== .venv is ready"

demo: setup
	@APPEALS=$(APPEALS) SERVE=$(SERVE) BIN=$(BIN) HOME_FOLDER=$(DEMO) sh examples/demo.sh

check: setup
	@echo "== format" && $(BIN)/ruff format --check --quiet .
	@echo "== lint" && $(BIN)/ruff check --quiet .
	@echo "== types" && $(BIN)/mypy
	@echo "== import contracts" && $(BIN)/lint-imports --no-cache | tail -n 3

# One worker more than cores, since tests of served pages wait much; threads of their own would make
# the workers wait for one another.
WORKERS ?= $(shell expr `getconf _NPROCESSORS_ONLN` + 1)

test: check
	@echo "== tests"
	@OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

FILE ?= var/bench/appeals.csv
COLUMNS ?= var/bench/columns.yaml

bench: setup
	@test -f $(FILE) || $(BIN)/redress sample var/bench --appeals 4000
	@$(BIN)/redress benchmark overturn $(FILE) --columns $(COLUMNS) --json var/bench.json

BIG ?= var/bench-pages

bench-pages: setup
	@$(BIN)/python -m serving.benchmarks $(BIG) --json $(BIG).json

format: setup
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

clean:
	rm -rf .venv var build *.egg-info
