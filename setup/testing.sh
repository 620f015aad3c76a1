#!/usr/bin/env bash
# What some tests run against: LibreOffice, which opens the workbooks and the Word edition, Chromium, which opens the web edition, and the servers that files are pulled from.
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
# An init system would start the servers at once, which nobody asked for who only wants to run the tests.
if [ ! -d /run/systemd/system ]; then
  command -v sshd >/dev/null || missing+=(openssh-server)
  command -v smbd >/dev/null || missing+=(samba)
fi
if [ ${#missing[@]} -gt 0 ]; then
  install_packages "${missing[@]}" || say "没有装 ${missing[*]}，有关的测试会跳过 · not installed, the tests that need them are skipped"
fi
