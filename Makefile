# `make run` and `make test` need Python 3.11 or newer and make; everything else they bring themselves.

PYTHON := $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin
WORKERS ?= 2
SUITES ?= $(or $(ONEWINDOW_CONFORMANCE),../shared/conformance)

.PHONY: run test check set-up set-up-tests set-up-bench assets lint types tests bench conformance suites fuzz accessibility clean
.DEFAULT_GOAL := run

run: set-up
	@exec $(BIN)/onewindow up

# Every part runs even when an earlier one failed; the tests' summary stands last.
test: set-up-tests
	@status=0; \
	$(MAKE) --no-print-directory lint || status=1; \
	$(MAKE) --no-print-directory types || status=1; \
	$(MAKE) --no-print-directory tests || status=1; \
	exit $$status

set-up: check
	@$(PYTHON) scripts/set_up.py

set-up-bench: check
	@$(PYTHON) scripts/set_up.py --bench

set-up-tests: check
	@$(PYTHON) scripts/set_up.py --tests

assets: check
	@$(PYTHON) scripts/set_up.py --rebuild

check:
	@test -n "$(PYTHON)" || { echo "One Window needs Python 3.11 or newer; none was found."; exit 2; }

lint:
	@status=0; set -x; \
	$(BIN)/ruff check . || status=1; \
	$(BIN)/ruff format --check . || status=1; \
	$(BIN)/lint-imports || status=1; \
	{ set +x; exit $$status; } 2>/dev/null

types:
	@status=0; set -x; \
	$(BIN)/mypy --strict engine || status=1; \
	$(BIN)/mypy webapp || status=1; \
	$(BIN)/mypy benchmarks || status=1; \
	{ set +x; exit $$status; } 2>/dev/null

tests:
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

# ONLY="engine_steps inbox" QUICK=1 RECORD=1; see python -m benchmarks --help.
bench: set-up-bench
	@$(BIN)/python -m benchmarks $(ONLY) $(if $(QUICK),--quick) $(if $(RECORD),--record)

# SUITES=folder OUT=file ONLY=word RECORD=1; docs/conformance.md tells what each does.
conformance: suites set-up-tests
	@$(BIN)/python -m tests.conformance "$(SUITES)" \
		$(if $(OUT),--out "$(OUT)") $(if $(ONLY),--only "$(ONLY)") $(if $(RECORD),--record)

suites:
	@test -d "$(SUITES)" || { echo "There is no folder $(SUITES): name one with SUITES=<folder>."; exit 2; }

# N processes made from seeds, on our core and on SpiffWorkflow; FIRST is the first seed.
fuzz: set-up-tests
	@$(BIN)/python -m tests.fuzz $(or $(N),10000) $(or $(FIRST),0)

# Visits every page with axe, in both languages and widths, and writes docs/accessibility.md; some minutes.
accessibility: set-up-tests
	@$(BIN)/python -m tests.browser.accessibility

# The data folder (var) stays: it holds people's cases.
clean:
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf webapp/static/dist webapp/assets/node_modules webapp/printing/fonts
	find engine webapp tests -name __pycache__ -type d -prune -exec rm -rf {} +
