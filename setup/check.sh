#!/usr/bin/env bash
# System libraries and fonts: install what is missing where that is allowed, else say exactly what to install.
set -euo pipefail
cd "$(dirname "$0")/.."

libraries=$(.venv/bin/python -m setup.libraries)
if [ -n "$libraries" ]; then
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "安装系统库：$libraries" >&2
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $libraries >/dev/null 2>&1 ||
      { apt-get update -qq >/dev/null 2>&1 &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $libraries >/dev/null; } || true
    libraries=$(.venv/bin/python -m setup.libraries)
  fi
  if [ -n "$libraries" ]; then
    echo "缺少系统库，请运行：sudo apt-get install $libraries" >&2
    exit 3
  fi
fi
.venv/bin/python -m setup.fonts
