# Sourced by the set-up scripts: where they run, how they stop, how they install.
# Physical, because an environment knows its folder by that name, and `current` of an offline installation is a link.
cd -P "$(dirname "${BASH_SOURCE[0]}")/.." || exit 3

say() { printf '%s\n' "$1" >&2; }

# One line for people; 3 means that the environment failed.
fail() {
  say "$1"
  exit 3
}

# One set-up at a time in this folder: the others wait, then find it done.
one_at_a_time() {
  if command -v flock >/dev/null; then
    exec 9<requirements.lock
    flock 9
  fi
}

# Debian packages, where this is allowed without asking. Fails otherwise.
install_packages() {
  [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null || return 1
  say "安装系统软件包 · installing: $*"
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120)
  "${apt[@]}" install -y --no-install-recommends "$@" >/dev/null 2>&1 ||
    { "${apt[@]}" update >/dev/null 2>&1 &&
      "${apt[@]}" install -y --no-install-recommends "$@" >/dev/null 2>&1; }
}

# CPython 3.11 that can make a virtual environment.
find_python() {
  local candidate
  for candidate in python3.11 python3; do
    if "$candidate" -c 'import sys, venv, ensurepip
sys.exit(sys.version_info[:2] != (3, 11) or sys.implementation.name != "cpython")' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  return 1
}
