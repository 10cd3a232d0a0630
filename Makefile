# FollowMe: `make demo` to see it, `make test` to trust it. Both do all the set-up themselves.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test check build training blender config clean clean-all

# another Python: make test PYTHON=python3.12
PYTHON ?= python3
BLENDER_PYTHON ?= python3.11
OUT ?= output
# a walk recorded with what really stood there; without it the demo renders one
SAMPLE ?= walks/sample
FOLLOWME ?= .venv/bin/followme
CHECKED := src training tests launch examples tools tools/set_up setup.py
IN_ENV := . tools/env.sh &&

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: build ## walk through a corridor, listen, and see what was true: results in output/
	@if [ -d $(SAMPLE) ]; then \
	  $(FOLLOWME) evaluate $(SAMPLE) --out $(OUT) || [ $$? -eq 1 ]; \
	else \
	  $(FOLLOWME) run --source synthetic --out $(OUT) --speech auto; \
	  $(FOLLOWME) simulate 2 7 10 --no-contacts --html $(OUT)/evaluation.html || [ $$? -eq 1 ]; \
	fi
	@echo "demo: $(OUT)/evaluation.html is the page: what was seen, what was true, what was said;"
	@echo "      $(OUT)/overlay.mp4 shows what was seen, $(OUT)/speech.wav is what was said (if it"
	@echo "      was not played), $(OUT)/contact_sheet.png is the walk at a glance, and"
	@echo "      $(OUT)/announcements.jsonl has every announcement with its reason and age"

test: check ## set-up, linters, types, import floors, all tests with coverage
	@tools/run_tests

check: ## set-up and linters only
	@$(PYTHON) tools/set_up --tests
	@$(IN_ENV) python -m ruff check $(CHECKED)
	@$(IN_ENV) python -m ruff format --check $(CHECKED)
	@$(IN_ENV) python -m mypy
	@$(IN_ENV) lint-imports --no-logo

build: ## set-up for running: .venv and install/
	@$(PYTHON) tools/set_up

training: ## set-up for training networks: .venv/bin/followme-train
	@$(PYTHON) tools/set_up --training

blender: ## .venv-blender for followme-train synthetic, beside make training (Python 3.11, 400 MB)
	@$(BLENDER_PYTHON) -m venv .venv-blender
	@.venv-blender/bin/pip install --quiet -r tools/requirements/blender.txt
	@echo "blender: ready, .venv/bin/followme-train synthetic"

config: ## write config/followme.yaml and docs/nodes.md from the code
	@$(PYTHON) tools/set_up
	@$(IN_ENV) python -m followme.cli.write_config
	@$(IN_ENV) python -m followme.cli.write_nodes_page

clean: ## remove what was built and recorded here, keep .venv
	@rm -rf build install log $(OUT) htmlcov .coverage .coverage[-.]* .mypy_cache .ruff_cache \
	  .pytest_cache .hypothesis .import_linter_cache
	@find src training tests tools -name __pycache__ -prune -exec rm -rf {} +

clean-all: clean ## and .venv
	@rm -rf .venv .venv-blender
