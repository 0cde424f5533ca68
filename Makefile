# Passerelle: `make run` starts all of it with the demo, `make test` checks all of it.
# Everything lands in .venv and .passerelle (or PASSERELLE_HOME); nothing outside is written.

PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
# How many processes run the tests.
TESTERS ?= 2
VENV := .venv
BIN := $(VENV)/bin

# The installers keep their caches inside the environment they fill.
export UV_CACHE_DIR ?= $(CURDIR)/$(VENV)/cache
export UV_NO_PROGRESS ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_CACHE_DIR := 1

INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --compile-bytecode
LOCK := $(BIN)/uv pip compile --quiet pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url
# Checks that read the settings and touch no database.
BARE := SECRET_KEY=only-for-checks DATABASE_URL=postgresql://nobody@127.0.0.1:9/none
heading = @printf '\n\033[1m== %s\033[0m\n' "$(1)"

.DEFAULT_GOAL := help
.PHONY: help run up doctor test proof lint browser bench lock clean

help:
	@echo "make run [PORT=8000]   start everything, with the demo"
	@echo "make up [PORT=8000]    start everything, without the demo"
	@echo "make doctor            what runs, what is wrong, how to mend it"
	@echo "make test              every check and every test"
	@echo "make proof [ONLY=…]    the long proofs, written into docs/proof.md (ONLY=faults,pages: these parts alone)"
	@echo "make lint              the checks alone"
	@echo "make bench NAME=start  one measure of speed"
	@echo "make lock              write the locked requirements again"
	@echo "make clean             remove the environment (.venv), keep the data (.passerelle)"

run: $(VENV)/.run
	@exec $(BIN)/python manage.py up --demo --port $(PORT)

up: $(VENV)/.run
	@exec $(BIN)/python manage.py up --port $(PORT) --host $(HOST)

doctor: $(VENV)/.run
	@$(BIN)/python manage.py doctor

# --- the environment -----------------------------------------------------------------------------------------------
$(VENV)/.uv: .ci/uv.txt
	@command -v $(PYTHON) >/dev/null || { echo "Passerelle needs Python 3.11 or later: install it, or name it with PYTHON=…"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Passerelle needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) -V). Name another with PYTHON=…"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) has no venv: install it (on Debian: apt-get install python3-venv) and run again."; exit 1; }
	@echo "Preparing $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --require-hashes -r .ci/uv.txt
	@touch $@

$(VENV)/.run: $(VENV)/.uv requirements.txt
	@echo "Installing the locked packages"
	@$(INSTALL) -r requirements.txt
	@touch $@

$(VENV)/.test: $(VENV)/.uv tests/requirements.txt
	@echo "Installing the locked packages, with those of the tests"
	@$(INSTALL) -r tests/requirements.txt
	@touch $@

# --- checks and tests ----------------------------------------------------------------------------------------------
# One after the other even under -j: each stops the rest, and two cores are few.
.NOTPARALLEL:

test: lint browser
	$(call heading,Tests)
	@$(BIN)/python -m pytest -n $(TESTERS) --dist loadgroup

# What is too long for every day; what was seen is written into docs/proof.md.
proof: $(VENV)/.test browser
	@ONLY="$(ONLY)" $(BIN)/python -m tests.proof

lint: $(VENV)/.test
	$(call heading,Lint)
	@$(BIN)/ruff check .
	$(call heading,Format)
	@$(BIN)/ruff format --check .
	$(call heading,Types)
	@$(BARE) $(BIN)/mypy .
	$(call heading,Who imports whom)
	@$(BARE) $(BIN)/lint-imports
	$(call heading,Migrations)
	@$(BARE) $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(call heading,Templates)
	@find templates -name '*.html' -print0 | xargs -0 $(BIN)/djade --check --target-version 5.2

browser:
	@.ci/chromium

bench: $(VENV)/.test
	@test -n "$(NAME)" && test -f "bench/$(NAME).py" || { echo "make bench NAME=one of: $$(ls bench | sed -n 's/^\([a-z].*\)\.py$$/\1/p' | tr '\n' ' ')"; exit 1; }
	@$(BIN)/python -m bench.$(NAME)

# --- upkeep --------------------------------------------------------------------------------------------------------
lock: $(VENV)/.uv
	@$(LOCK) --output-file requirements.txt
	@$(LOCK) --extra test --constraint requirements.txt --output-file tests/requirements.txt

clean:
	@rm -rf $(VENV)
