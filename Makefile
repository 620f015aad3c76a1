# Two commands do everything: `make briefing` and `make test`. Each sets up what it needs.
# Paths stay relative, so that a folder named with spaces or Chinese characters works.
SHELL := /bin/bash
.DEFAULT_GOAL := help
READY := .venv/.ready
PYTHON := .venv/bin/python

.PHONY: help setup briefing test lint format bench sample clean

help:  ## 列出全部命令 (list the commands)
	@sed -nE 's/^([a-z]+):.*## (.*)$$/  make \1\t\2/p' Makefile | expand -t 20

setup: $(READY)  ## 准备环境：虚拟环境、系统库、字体 (set up; the other commands do it by themselves)
	@bash setup/check.sh

$(READY): requirements.lock pyproject.toml setup/environment.sh
	@bash setup/environment.sh

briefing: setup  ## 用样例数据做 2014 年 6 月简报 (make the June 2014 briefing from the sample)
	@.venv/bin/sancu run 2014-06 --inbox data/sample/inbox --out out

lint: setup  ## 代码规范、格式和类型 (ruff and mypy)
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy

test: lint  ## 全部检查和测试 (lint, types and every test)
	@$(PYTHON) -m pytest -n 2 --dist loadgroup

bench: setup  ## 测速 (benchmarks, as ratios in one run)
	@$(PYTHON) -m tests.bench

format: setup  ## 整理代码格式 (reformat the code)
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .

sample: setup  ## 重新生成样例报表 (write the sample workbooks again)
	@$(PYTHON) -m data.generator --out data/sample

clean:  ## 删除虚拟环境、字体和输出 (remove what set-up and runs made)
	@rm -rf .venv .fonts out var .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
