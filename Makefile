# make run | test | bench | lint   (PORT=9000 make run for another port)
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.PHONY: run test bench lint check browser torture clean

run: $(VENV)/.run
	@$(BIN)/python -m bot serve

check: $(VENV)/.run
	@$(BIN)/python -m bot check

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "缺少 python3：请先安装 Python 3.11 或更新版本（Debian：apt install python3 python3-venv）"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 版本太旧：需要 3.11 或更新，现在是 $$($(PYTHON) -V)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "缺少 venv 模块：请先安装（Debian：apt install python3-venv）"; exit 1; }
	@echo "→ 正在建立运行环境 $(VENV) ……"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml | $(VENV)/bin/python
	@echo "→ 正在安装运行所需的软件包（首次约一分钟）……"
	@$(PIP) install -e .
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	@echo "→ 正在安装测试所需的软件包（首次约两分钟）……"
	@$(PIP) install -e '.[dev,bench]'
	@touch $@ $(VENV)/.run

browser:
	@scripts/browser-tools

test: $(VENV)/.dev browser
	@echo "→ 正在运行全部测试……"
	@$(BIN)/python -m pytest

torture: $(VENV)/.dev browser
	@ZHIWEN_TORTURE=1 $(BIN)/python -m pytest

bench: $(VENV)/.dev
	@$(BIN)/python -m bench

lint: $(VENV)/.dev
	@$(BIN)/ruff check bot intents knowledge tests bench scripts
	@$(BIN)/mypy --strict -p bot -p intents -p knowledge
	@$(BIN)/pip-audit --skip-editable --progress-spinner off || echo "（依赖漏洞查询未完成，见上）"

clean:
	rm -rf $(VENV) var/cache build *.egg-info node_modules
