# Two commands do everything: `make briefing` and `make test`. Each sets up what it needs.
# Paths stay relative, so that a folder named with spaces or Chinese characters works.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python

.PHONY: help setup fonts briefing test lint format bench sample bundle clean

help:  ## 列出全部命令 · list the commands
	@sed -nE 's/^([a-z]+):.*## (.*)$$/  make \1\t\2/p' Makefile | expand -t 20

setup:  ## 准备环境：虚拟环境、系统库、字体；下面各条会自己做 · set up; the commands below do it by themselves
	@bash setup/environment.sh
	@bash setup/check.sh

fonts: setup  ## 装了标准字体（如仿宋_GB2312）之后重新选字体 · choose the fonts again after installing some
	@rm -f "$${SANCU_FONTS:-.fonts}/SHA256SUMS"
	@bash setup/check.sh

briefing: setup  ## 用样例数据做 2014 年 6 月简报 · make the June 2014 briefing from the sample
	@.venv/bin/sancu run 2014-06 --inbox data/sample/inbox --out out

test: lint  ## 代码规范、类型和全部测试 · lint, types and every test
	@bash setup/testing.sh
	@$(PYTHON) -m pytest -n 3 --dist loadgroup --no-loadscope-reorder --durations=40 --durations-min=5

lint: setup  ## 只查代码规范、格式和类型 · ruff and mypy
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy

format: setup  ## 整理代码格式 · reformat the code
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .

bench: setup  ## 测速 · benchmarks, as ratios in one run
	@$(PYTHON) -m tests.bench

sample: setup  ## 重新生成样例报表 · write the sample workbooks again
	@$(PYTHON) -m data.generator --out data/sample

bundle: setup  ## 做不联网的安装包（dist/），见 docs/offline.md · one file that installs without a network
	@$(PYTHON) -m setup.bundle dist

clean:  ## 删除虚拟环境、字体和缓存；账本、归档（var）和简报（out）不动 · remove what set-up made; ledger, archive and briefings stay
	@rm -rf .venv .fonts .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
