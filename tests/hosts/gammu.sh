#!/bin/sh
# gammu, the phone manager. Its commands are its own, so it can only look at the
# modem as at a phone: who are you, is there a SIM, which network, what time is it.
set -eu

cat >"$WORK/gammurc" <<END
[gammu]
device = $MODEM
connection = at115200
END
printf '%s\n' identify getsecuritystatus networkinfo getdatetime >"$WORK/commands"

before=$(date -u '+%b %e %H')
gammu -c "$WORK/gammurc" batch "$WORK/commands" >"$WORK/answers"
after=$(date -u '+%b %e %H')
cat "$WORK/answers"

expect() {
    grep -E "$1" "$WORK/answers" >/dev/null || { echo "gammu does not say $1"; exit 1; }
}
expect '^Manufacturer +: mqmodem$'
expect '^Firmware +: [0-9]+\.[0-9]+\.[0-9]+$'
expect '^IMEI +: [0-9]{15}$'
expect '^SIM IMSI +: [0-9]{15}$'
expect '^Nothing to enter'
expect '^Network state +: home network$'
expect '^Network +: 001 01 .*LAC 0001, CID 00000001$'
expect '^GPRS +: attached$'
# The modem runs by the machine's clock: it is this hour, or was a moment ago.
expect "^Phone time is ... ($before|$after):..:.. $(date -u +%Y)"
