#!/bin/sh
# In the bundle as debs/install.sh, for root: Python and the system libraries. What is absent or older is installed, nothing
# is downgraded. Some packages must be configured before others are unpacked, hence several rounds; the last one tells.
cd "$(dirname "$0")" || exit
for round in 1 2 3; do
  dpkg -EGi ./*.deb >/dev/null 2>&1
  dpkg --configure --pending >/dev/null 2>&1
done
dpkg -EGi ./*.deb
