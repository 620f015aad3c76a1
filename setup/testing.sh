#!/usr/bin/env bash
# What some tests run against: LibreOffice, which opens the workbooks and the Word edition, Chromium, which opens the web edition, the servers
# that files are pulled from, and PostgreSQL.
# Where they are missing and cannot be installed, those tests are skipped and say so.
set -euo pipefail
# shellcheck source=setup/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

one_at_a_time
PATH=$PATH:/usr/sbin:/sbin
missing=()
command -v soffice >/dev/null || missing+=(libreoffice-calc-nogui)
command -v chromium >/dev/null || missing+=(chromium)
[ -e /usr/lib/libreoffice/program/libswlo.so ] || missing+=(libreoffice-writer-nogui)
command -v strace >/dev/null || missing+=(strace)
command -v ip >/dev/null || missing+=(iproute2)
# An init system would start the servers at once, which nobody asked for who only wants to run the tests.
if [ ! -d /run/systemd/system ]; then
  command -v sshd >/dev/null || missing+=(openssh-server)
  command -v smbd >/dev/null || missing+=(samba)
fi
compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || missing+=(postgresql)
if [ ${#missing[@]} -gt 0 ]; then
  # Only the programs: the tests start servers of their own, in temporary folders. The package would make and start one.
  if [ "$(id -u)" -eq 0 ]; then
    clusters=/etc/postgresql-common/createcluster.d
    mkdir -p "$clusters"
    echo 'create_main_cluster = false' >"$clusters/sancu-tests.conf"
    trap 'rm -f "$clusters/sancu-tests.conf"' EXIT
  fi
  install_packages "${missing[@]}" || say "没有装 ${missing[*]}，有关的测试会跳过 · not installed, the tests that need them are skipped"
fi
.venv/bin/python -m setup.wheels || say '没有取到程序包，不联网安装的测试会跳过 · no wheels, the test of the offline installation is skipped'
