#!/usr/bin/env bash
# The virtual environment from requirements.lock. `.venv/.ready` is written last and names the folder and the
# versions: without it the environment is half-made, or was moved, and is built anew. Arguments say where pip finds the
# packages, such as `--no-index --find-links FOLDER`.
set -euo pipefail
# shellcheck source=setup/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

ready=.venv/.ready
versions=$(cat requirements.lock pyproject.toml | cksum)

is_ready() {
  [ -x .venv/bin/python ] && [ -f "$ready" ] && [ "$(cat "$ready")" = "$PWD"$'\n'"$versions" ]
}

# pip with its talk kept back; what it said last is told when it fails.
pip_install() {
  local log status=0
  log=$(mktemp)
  .venv/bin/python -m pip install --disable-pip-version-check --no-input --retries 2 "$@" >"$log" 2>&1 || status=$?
  if [ "$status" -ne 0 ]; then
    if grep -qE 'NewConnectionError|ConnectTimeout|ReadTimeout|NameResolutionError|ProxyError|SSLError|Connection (refused|reset|broken)' "$log"; then
      say '连不上 Python 软件包源：请检查网络、代理或 pip 的设置，再运行同一条命令。 · pip cannot reach a package index: check the network, proxy or pip settings, then run the same command again.'
    else
      say "程序包没有装上 · pip failed: $(grep -E '^ *ERROR' "$log" | tail -1 || tail -1 "$log")"
    fi
    rm -f "$log"
    exit 3
  fi
  rm -f "$log"
}

is_ready && exit 0
one_at_a_time
is_ready && exit 0

if ! [ -x .venv/bin/python ] || [ "$(head -1 "$ready" 2>/dev/null)" != "$PWD" ]; then
  python=$(find_python) || { install_packages python3.11 python3.11-venv && python=$(find_python); } ||
    fail '缺少 CPython 3.11（含 venv）：请运行 sudo apt-get install python3.11 python3.11-venv（或用 pyenv、uv 安装 3.11），再运行同一条命令。 · CPython 3.11 with venv is needed: install it, then run the same command again.'
  say '建立虚拟环境 · creating the virtual environment…'
  rm -rf .venv
  "$python" -m venv .venv || fail '虚拟环境建不成，请检查磁盘空间和目录权限。 · The virtual environment could not be created: check disk space and permissions.'
fi
rm -f "$ready"
say '安装锁定版本的程序包（第一次约一到两分钟）· installing the locked packages (a minute or two the first time)…'
# The locked pip comes first: the one of CPython 3.11 compares every file of every release with every platform. An
# installation bundle, which has no index to go through, has none.
pip_lock=.venv/.pip.lock
awk '/^[^ ]/ { own = /^pip==/ } own' requirements.lock >"$pip_lock"
[ ! -s "$pip_lock" ] || pip_install "$@" --require-hashes -r "$pip_lock"
pip_install "$@" --no-compile --require-hashes -r requirements.lock
# pip compiles on one core. Its own switch leaves that to the first import, which needs less than a tenth.
[ -n "${PIP_NO_COMPILE:-}" ] || .venv/bin/python -m compileall -q -j 0 .venv/lib >/dev/null 2>&1 || true
pip_install --no-deps --no-build-isolation --no-index -e .
printf '%s\n%s\n' "$PWD" "$versions" >"$ready.part"
mv "$ready.part" "$ready"
