# Everything a fresh Linux machine with Python >= 3.11, pip and make needs: `make demo` and `make test`.

PYTHON ?= python3
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin
# Compiling UMAP would take half a minute for three photos.
RUN := OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 NUMBA_DISABLE_JIT=1 NO_MKDOCS_2_WARNING=1
DISPLAYED := $(if $(filter Linux,$(shell uname -s)),xvfb-run -a -s "-screen 0 1600x1000x24")

.PHONY: help demo test lint types imports manifest docs unit fuzz screenshots benchmark clean

help:
	@echo "make demo         classify the built-in sample sections into demo/ (no display, no download of data)"
	@echo "make test         everything that must pass: lint, types, imports, manifest, docs, unit"
	@echo "make unit         the tests; choose some with: make unit TESTS=tests/imaging"
	@echo "make fuzz         hand thousands of damaged files to every reader, at most two minutes each; kill programs"
	@echo "make docs         build the documentation into site/"
	@echo "make screenshots  draw the pictures of the documentation again"
	@echo "make benchmark    measure speed on this machine, and write the tables of docs/performance.md"
	@echo "make clean        remove what was built and installed here"

demo: $(VENV)/.library
	$(BIN)/napari-rocks2net demo --out demo --overwrite

test: lint types imports manifest docs unit

lint: $(VENV)/.development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python scripts/check_docstrings.py

types: $(VENV)/.development
	$(BIN)/mypy

imports: $(VENV)/.development
	$(BIN)/lint-imports

manifest: $(VENV)/.development
	$(BIN)/npe2 validate napari-rocks2net

docs: $(VENV)/.development
	$(RUN) $(BIN)/mkdocs build --strict

TESTS ?= tests
unit: $(VENV)/.development $(VENV)/.display
	$(RUN) $(DISPLAYED) $(BIN)/pytest -n $(WORKERS) --dist worksteal $(TESTS)

fuzz: $(VENV)/.development
	$(RUN) $(BIN)/python -m tests.fuzz
	$(RUN) $(BIN)/python -m tests.fuzz.kills

screenshots: $(VENV)/.development $(VENV)/.display
	$(DISPLAYED) $(BIN)/python scripts/take_screenshots.py
	$(DISPLAYED) $(BIN)/python scripts/take_training_screenshots.py
	$(DISPLAYED) $(BIN)/python scripts/take_crystal_screenshots.py
	$(DISPLAYED) $(BIN)/python scripts/take_slide_screenshot.py
	$(DISPLAYED) $(BIN)/python scripts/take_why_screenshots.py
	$(DISPLAYED) $(BIN)/python scripts/take_views_screenshot.py
	$(DISPLAYED) $(BIN)/python scripts/take_scale_screenshot.py
	$(DISPLAYED) $(BIN)/python scripts/take_counting_screenshots.py

benchmark: $(VENV)/.development $(VENV)/.display
	$(BIN)/python benchmarks/inference.py --record
	$(BIN)/python benchmarks/backends.py --record
	$(BIN)/python benchmarks/cluster.py --record
	$(BIN)/python benchmarks/reading_ahead.py --record
	$(BIN)/python benchmarks/joint_inference.py --record
	$(BIN)/python benchmarks/slides.py --record
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/dense_slides.py --sample 60 --record
	$(DISPLAYED) $(BIN)/python benchmarks/first_answer.py --record
	$(DISPLAYED) $(BIN)/python benchmarks/opening.py --record
	$(BIN)/python benchmarks/gpu.py --record

# A Python without ensurepip (Debian's, without python3-venv) makes the environment and lends its own pip.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV) || { $(PYTHON) -m venv --clear --without-pip $(VENV) \
		&& $(PYTHON) -m pip --python $(BIN)/python install pip; }

$(VENV)/.library: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install torch torchvision
	$(BIN)/python -m pip install --editable .
	@touch $@

$(VENV)/.development: pyproject.toml $(VENV)/.library
	$(BIN)/python -m pip install --editable ".[all,docs,test]"
	@touch $@

$(VENV)/.display: .ci/display-libraries | $(BIN)/python
	.ci/display-libraries
	@touch $@

clean:
	rm -rf $(VENV) demo site dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .tox
