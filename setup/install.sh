#!/usr/bin/env bash
# 不联网安装或升级：bash install.sh [目录]。目录默认是 ~/sancu；不需要 root。
# Verifies every file of the bundle, finds Python and the system libraries, then hands over to setup/installing.py.
set -euo pipefail
bundle=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=${1:-$HOME/sancu}
[[ $target = /* ]] || target=$PWD/$target

cd "$bundle"
if ! damaged=$(LC_ALL=C sha256sum --quiet --strict --check SHA256SUMS 2>/dev/null); then
  printf '安装包不完整或被改动过，什么都没有装。请重新拷贝安装包，再运行同一条命令。不对的文件：\n%s\n' \
    "${damaged:-SHA256SUMS}" | sed -E 's/: FAILED.*//' >&2
  exit 3
fi

[[ $(<PLATFORM) = *"-$(uname -m)" ]] || {
  printf '这个安装包是给 %s 的，这台机器是 %s。请换用相应的安装包。\n' "$(<PLATFORM)" "$(uname -m)" >&2
  exit 3
}

# shellcheck source=setup/common.sh
source program/setup/common.sh
[ "$(id -u)" -eq 0 ] && sudo='' || sudo='sudo '

# What is to be installed by hand, in one line: from the bundle, where it was made for this Debian release.
by_hand() {
  if [ -f "$bundle/debs/CODENAME" ] && grep -qxF "VERSION_CODENAME=$(cat "$bundle/debs/CODENAME")" /etc/os-release; then
    printf "%ssh '%s'" "$sudo" "$bundle/debs/install.sh"
  else
    printf '%sapt-get install %s（从安装光盘或单位内部的软件源）' "$sudo" "$*"
  fi
}

python=$(find_python) || fail "缺少 CPython 3.11（含 venv）。请运行：$(by_hand python3.11 python3.11-venv)，再运行同一条命令。"
missing=$("$python" -B -m flows.libraries)
[ -z "$missing" ] || fail "缺少系统库 $missing。请运行：$(by_hand "$missing")，再运行同一条命令。"
exec "$python" -B -m setup.installing "$bundle" "$target"
