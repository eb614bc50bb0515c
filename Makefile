# Everything from the sources to a trained policy, in a virtual environment of its own; no ROS installation is needed.
#   make setup     the environment, awac_msgs built into it, awac_ros installed; redoes only what changed
#   make pushing   the pushing task from demos to report (awac pushing)
#   make test      set-up, lint and every test
#   make lint      ruff and the import law
# Variables: PYTHON, the interpreter to build upon; VENV, where the environment is.

PYTHON ?= $(or $(shell command -v python3.11),python3)
VENV ?= .venv

# A ROS installation that the shell has sourced would shadow the environment's own.
unexport PYTHONPATH PYTHONHOME LD_LIBRARY_PATH CMAKE_PREFIX_PATH COLCON_PREFIX_PATH ROS_DISTRO _ROS_WHEELS_BOOTSTRAP_COMPLETE
export VIRTUAL_ENV := $(abspath $(VENV))
export AMENT_PREFIX_PATH := $(VIRTUAL_ENV)
export PATH := $(VIRTUAL_ENV)/bin:$(PATH)
export ROS_AUTOMATIC_DISCOVERY_RANGE ?= LOCALHOST

DONE := $(VIRTUAL_ENV)/done
BUILD := $(VIRTUAL_ENV)/build/awac_msgs
PIP := $(VIRTUAL_ENV)/bin/python -m pip --quiet --disable-pip-version-check
SOURCES_awac_msgs := awac_msgs cmake
SOURCES_awac_ros := awac_ros awac_msgs/msg config launch urdf web resource scripts/nodes package.xml setup.py setup.cfg

.PHONY: setup pushing test lint changed
.DELETE_ON_ERROR:

setup: $(DONE)/awac_msgs $(DONE)/awac_ros

pushing: setup
	awac pushing

test: lint
	python -m pytest

lint: setup $(DONE)/requirements-dev
	ruff check .
	ruff format --check .
	lint-imports --no-logo

$(DONE)/environment:
	@command -v $(PYTHON) > /dev/null || { echo "$(PYTHON) not found; name a Python of 3.11 or newer: make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) scripts/check_machine.py
	@echo "Making a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VIRTUAL_ENV)
	@mkdir -p $(DONE) && touch $@

$(DONE)/requirements: requirements.txt $(DONE)/environment
	@echo "Installing the packages of $< (2 GB with torch; a few minutes)"
	@$(PIP) install -r $<
	@touch $@

$(DONE)/requirements-dev: requirements-dev.txt $(DONE)/requirements
	@echo "Installing the packages of $<"
	@$(PIP) install --no-deps -r $<
	@touch $@

$(DONE)/awac_msgs: $(DONE)/awac_msgs.sources $(DONE)/requirements
	@echo "Building awac_msgs (half a minute)"
	@mkdir -p $(BUILD)
	@{ cmake -S awac_msgs -B $(BUILD) -G Ninja --fresh -DBUILD_TESTING=OFF \
	  -DCMAKE_PREFIX_PATH=$(VIRTUAL_ENV) -DCMAKE_INSTALL_PREFIX=$(VIRTUAL_ENV) -DPython3_FIND_VIRTUALENV=ONLY \
	  -DCMAKE_PROJECT_TOP_LEVEL_INCLUDES=$(CURDIR)/cmake/ros_wheels.cmake \
	  && cmake --build $(BUILD) && touch $(BUILD)/install_manifest.txt && xargs rm -f < $(BUILD)/install_manifest.txt \
	  && cmake --install $(BUILD); } > $(BUILD).log 2>&1 || { cat $(BUILD).log; exit 1; }
	@touch $@

$(DONE)/awac_ros: $(DONE)/awac_ros.sources $(DONE)/requirements
	@echo "Installing awac_ros"
	@rm -rf build/lib
	@$(PIP) install --no-deps --no-build-isolation --force-reinstall .
	@touch $@

# Lists the content of a part's sources; the list's time changes only with it.
$(DONE)/%.sources: changed | $(DONE)/environment
	@find $(SOURCES_$*) -type f ! -name '*.pyc' -print0 | sort -z | xargs -0 sha256sum > $@.new
	@if cmp -s $@ $@.new; then rm $@.new; else mv $@.new $@; fi
