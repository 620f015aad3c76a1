#!/usr/bin/env bash
# The virtual environment from requirements.lock. Interrupted anywhere, the next call starts it anew.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
  printf '%s\n' "$1" >&2
  exit 3
}

find_python() {
  local candidate
  for candidate in python3.11 python3; do
    if command -v "$candidate" >/dev/null &&
      "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  fail '缺少 Python 3.11（含 venv）：请运行 sudo apt-get install python3.11 python3.11-venv，再重试。 / Python 3.11 with venv is needed.'
}

python=$(find_python)
ready=.venv/.ready
if [ ! -e .venv/.complete ]; then
  rm -rf .venv
  echo '准备虚拟环境……' >&2
  "$python" -m venv .venv
  touch .venv/.complete
fi
rm -f "$ready"
echo '安装锁定版本的程序包（第一次约需一分钟）……' >&2
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock ||
  fail '程序包没有装上：请检查网络或 pip 的软件源设置，再运行同一条命令。 / pip could not install the locked packages.'
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e . ||
  fail '本程序没有装上：请运行 make clean 后重试。 / The project itself could not be installed.'
touch "$ready"
