#!/usr/bin/env bash
# System libraries and fonts: brings what is missing where that is allowed, else says exactly what to run.
set -euo pipefail
# shellcheck source=setup/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

one_at_a_time
libraries=$(.venv/bin/python -m flows.libraries)
if [ -n "$libraries" ]; then
  # shellcheck disable=SC2086
  install_packages $libraries || true
  libraries=$(.venv/bin/python -m flows.libraries)
  [ -z "$libraries" ] || fail "缺少系统库，请运行 · system libraries are missing, run: sudo apt-get install $libraries"
fi
.venv/bin/python -m setup.fonts
