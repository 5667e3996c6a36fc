# One word per job; `make help` lists them.
PYTHON ?= python3
VENV ?= .venv
TESTS ?= tests
SHORT ?=

BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo dashboard offline-kit test lint check validate bench clean

help:  ## list the jobs
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## +/\t/' | awk -F '\t' '{ printf "make %-12s%s\n", $$1, $$2 }'

# The package, editable, with what the tests and checks need; made again when pyproject.toml changes.
$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || \
		{ echo "demandsim needs Python 3.11, 3.12 or 3.13; '$(PYTHON)' is not: make PYTHON=python3.13 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv module is missing: apt-get install python3-venv" >&2; exit 1; }
	@echo "setting up $(VENV) (a few minutes the first time)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,dashboard]'
	@touch $@

demo: $(READY)  ## the main job: Essex, two policies, ten paired seeds, out/report.html
	@mkdir -p out
	$(BIN)/demandsim compare essex --policy council-raises-threshold --policy system-leadership \
		--residents 100000 --years 5 --seeds 10 --report out/report.html

dashboard: $(READY)  ## the dashboard for a room, in this machine's browser
	$(BIN)/demandsim dashboard --open

offline-kit: $(READY)  ## a folder of wheels that installs the dashboard with no network: see offline-kit/README.txt
	rm -rf offline-kit
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --wheel-dir offline-kit '.[dashboard]'
	@printf '%s\n' 'On a machine of the same kind with Python $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])'), in this folder:' \
		'  python3 -m venv demandsim' \
		'  demandsim/bin/python -m pip install --no-index --find-links . "demandsim[dashboard]"' \
		'  demandsim/bin/demandsim dashboard --open' > offline-kit/README.txt
	@echo "offline-kit holds $$(ls offline-kit/*.whl | wc -l) wheels; offline-kit/README.txt says how to install them"

# Tests that time a page in a browser run alone; all others share the processors, a file at a time.
BROWSER := tests/browser
OTHERS := $(filter-out $(BROWSER) $(BROWSER)/%,$(TESTS))
TIMED := $(patsubst tests,$(BROWSER),$(filter tests $(BROWSER) $(BROWSER)/%,$(TESTS)))

test: $(READY)  ## run the tests (TESTS="tests/unit" for a part) and say what was not run
	@status=0; \
	$(if $(OTHERS),$(BIN)/python -m pytest $(OTHERS) --ignore $(BROWSER) -n auto --dist loadfile || status=$$?;) \
	$(if $(TIMED),$(BIN)/python -m pytest $(TIMED) || status=$$?;) \
	echo "not run: whatever is listed above as SKIPPED; tests/speed/bench.py (make bench);" \
		"tests/validate (make validate)"; \
	for kind in $$(ls -d tests/*/ | grep -v -e __pycache__ -e speed -e validate); do \
		case " $(TESTS) " in *" tests "*|*" $${kind%/}"*) ;; *) echo "not run: $${kind%/}" ;; esac; \
	done; exit $$status

lint: $(READY)  ## style, formatting, types and which file may import which
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy src
	$(BIN)/lint-imports

check: $(READY)  ## run the stored cases again, and tell what moved
	$(BIN)/demandsim check tests/baseline

validate: $(READY)  ## what is too slow for make test (SHORT=1 for five minutes of it)
	$(BIN)/python -m tests.validate $(if $(SHORT),--short)

bench: $(READY)  ## speed and memory: one and two threads, more residents, the plain twin
	$(BIN)/python -m tests.speed.bench

clean:  ## remove virtual environments, results and caches
	rm -rf .venv .venv-* out offline-kit build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	find src tests -type d -name __pycache__ -prune -exec rm -rf {} +
