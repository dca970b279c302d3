# Every target sets itself up in .venv; Python 3.11+ and the package index are enough.

PYTHON ?= $(shell for p in python3.12 python3.11 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
STAMP := $(VENV)/stamp
DECLARED := setup.cfg pyproject.toml

.PHONY: help run test lint format bench bench-diagnosis bench-programs bits docs docs-check faults fuzz mutants
.PHONY: study-check study-picture pictures verify-versions clean

help:
	@echo 'make run       run two shipped experiments, compare one with tf.keras; see out/'
	@echo 'make test      run the tests'
	@echo 'make lint      check style and types'
	@echo 'make format    rewrite the sources in the house style'
	@echo 'make bench     time the optimizers against the peers installed'
	@echo 'make bench-diagnosis  score the diagnoses of set-ups with known faults'
	@echo 'make faults    kill, interrupt and starve commands, then resume; FAULTS="--kills 100"'
	@echo 'make fuzz      call everything with odd arguments, arrays and files'
	@echo 'make bits      train in many environments and compare the bits'
	@echo 'make mutants   plant faults, and ask verify and the tests whether they notice'
	@echo 'make bench-programs  score the diagnoses of Keras scripts; PROGRAMS=folder'
	@echo 'make verify-versions  compare versions of TensorFlow; VERSIONS="2.20 2.21"'
	@echo 'make docs      build the site in docs/_build/html, and check its links'
	@echo 'make docs-check  build its text alone, without running notebooks'
	@echo 'make study-check  open the study page in Chromium and check it'
	@echo 'make study-picture  draw its picture of the README again'
	@echo 'make pictures  draw the pictures of the README again'
	@echo 'make clean     delete what was built and run; keep .venv'

$(BIN)/python:
	@test -n '$(PYTHON)' || { echo 'error: no Python 3.11 or newer found' >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

# The extras of each kind of work, installed once and again when a declaration changes.
$(STAMP)-run: EXTRAS := tensorflow
$(STAMP)-dev: EXTRAS := dev
$(STAMP)-bench: EXTRAS := dev,bench
$(STAMP)-docs: EXTRAS := docs
$(STAMP)-run $(STAMP)-dev $(STAMP)-bench $(STAMP)-docs: $(DECLARED) | $(BIN)/python
	@echo 'Setting up $(VENV) for $(EXTRAS); the first time takes some minutes.'
	@$(PIP) --editable '.[$(EXTRAS)]'
	@touch $@

run: $(STAMP)-run
	$(BIN)/optlab run digits --plot out/digits/report.png
	$(BIN)/optlab run rosenbrock --plot out/rosenbrock/report.png
	$(BIN)/optlab verify digits --plot out/digits/verify.png

test: $(STAMP)-dev
	$(BIN)/python -m pytest -n 2

lint: $(STAMP)-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(STAMP)-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP)-bench
	$(BIN)/python -m pytest benchmarks --benchmark-enable --benchmark-only \
		-o 'python_files=bench_*.py test_*.py'

bench-diagnosis: $(STAMP)-dev
	$(BIN)/python -m benchmarks.diagnosis

# Ten minutes on an idle machine; FAULTS="--kills 100 --moments 5" is the whole suite.
faults: $(STAMP)-dev
	$(BIN)/python -m benchmarks.faults $(FAULTS)

fuzz: $(STAMP)-dev
	$(BIN)/python -m benchmarks.fuzz

bits: $(STAMP)-dev
	$(BIN)/python -m benchmarks.bits

PROGRAMS ?= programs
bench-programs: $(STAMP)-dev
	$(BIN)/python -m benchmarks.programs $(PROGRAMS)

pictures: $(STAMP)-run
	$(BIN)/python docs/pictures.py

docs: $(STAMP)-docs
	$(BIN)/python -m sphinx -b html -j 2 -n -W --keep-going -q docs docs/_build/html
	$(BIN)/python -m docs.sources.links docs/_build/html

docs-check: $(STAMP)-docs
	$(BIN)/python -m sphinx -b html -j 2 -n -W --keep-going -q -t quick docs docs/_build/quick
	$(BIN)/python -m docs.sources.links docs/_build/quick

# These need Chromium, and the packages playwright and axe-playwright-python.
study-check: $(STAMP)-bench
	$(PIP) playwright axe-playwright-python
	$(BIN)/python -m benchmarks.study

study-picture: $(STAMP)-bench
	$(PIP) playwright
	$(BIN)/python -m benchmarks.study --picture docs/study.png

mutants: $(STAMP)-dev
	$(BIN)/python -m tests.mutants

# An environment of some 3 GB for each version; deleted when it has been measured.
VERSIONS ?= 2.20 2.21
verify-versions: $(STAMP)-run
	$(BIN)/python -m optlab.validation.versions $(VERSIONS) \
		--out docs/tensorflow-versions.md

clean:
	rm -rf out build dist docs/_build docs/optimizers docs/reference .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
