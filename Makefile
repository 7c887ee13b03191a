# make run     a whole hall on this machine, simulated at its ports; ONCE=1 ends after its day;
#              HALL=spread: a hall of many Pis, each a daemon of its own, in out/spread
# make test    every check that a change must pass
# make bench   the figures of docs/benchmarks.md, measured here
# The rest is for those who change the project: see CONTRIBUTING.md.

SHELL := /bin/bash
python := .venv/bin/python

# No part of the checks may need a screen, a sound card or somebody's locale.
headless := SDL_VIDEODRIVER=dummy SDL_AUDIODRIVER=dummy GPIOZERO_PIN_FACTORY=mock PYTHONUTF8=1

# What is started here many times is compiled once.
unexport PYTHONDONTWRITEBYTECODE

# So many processes share the tests; those of one file stay together. JOBS=0: one alone. One more
# than a small machine has processors: many tests wait for clocks and devices.
JOBS ?= 3

# Which hall make run plays: all on one Pi, or on many.
HALL ?= one
play = $(or $(play-$(HALL)),$(error HALL is one or spread, not $(HALL)))
play-one := play
play-spread := spread_play

.PHONY: run test bench lint format types lock wheels test-long clean setup-run setup-test

setup-run:
	@config/setup/setup.sh run

setup-test:
	@config/setup/setup.sh test

run: setup-run
	@$(python) -m firmware_py.bench.$(play) $(if $(filter-out 0,$(ONCE)),--once)

test: lint types
	@$(headless) $(python) -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

test-long: setup-test
	@$(headless) $(python) -m pytest -m long --timeout 3600 $(ARGS)

bench: setup-run
	@$(python) -m firmware_py.bench.figures

lint: setup-test
	@$(python) -m ruff check --quiet
	@$(python) -m ruff format --check --quiet

format: setup-test
	@$(python) -m ruff check --fix --quiet
	@$(python) -m ruff format

types: setup-test
	@$(python) -m mypy

# New dependencies or, with UPGRADE=1, newer ones.
lock: setup-test
	@config/setup/lock.sh
	@$(python) config/setup/wheels.py

# Does the index have a file of every dependency for a 64-bit Pi? Asks it about each.
wheels: setup-test
	@$(python) config/setup/wheels.py

clean:
	rm -rf .venv out dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
