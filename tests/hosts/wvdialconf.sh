#!/bin/sh
# wvdialconf looks for modems, tries which commands each takes, and writes down
# what it found. It asks every /dev/ttyS* and /dev/ttyUSB* there is, and nothing
# else, so the modem has to be found there: only root may put a link to it.
set -eu

link=/dev/ttyUSB9
# A run that was killed leaves a link to nowhere.
[ -e "$link" ] || rm -f "$link"
if [ -e "$link" ] || ! ln -s "$(readlink "$MODEM")" "$link"; then
    echo "wvdialconf finds modems in /dev only: run this as root, with $link free"
    exit 1
fi
trap 'rm -f "$link"' EXIT

wvdialconf "$WORK/wvdial.conf" 2>&1
cat "$WORK/wvdial.conf"
grep "^Modem = $link\$" "$WORK/wvdial.conf"
# Each of these is left out where the modem did not answer OK to it.
grep '^Init2 = ATQ0 V1 E1 S0=0 &C1 &D2 +FCLASS=0$' "$WORK/wvdial.conf"
# The fastest speed at which it was answered.
grep '^Baud = 460800$' "$WORK/wvdial.conf"
