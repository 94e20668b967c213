"""quectel-at: reads what has come 50 ms behind a command, with its echo. It has no MQTT."""

import os
import time

import QuectelAT
from maker import equal

PATIENCE = 20


class Module(QuectelAT.RM520N_GL):
    """It looks for the names that USB ports have."""

    def _list_ports(self):
        return {"Quectel USB AT Port": os.environ["MODEM"]}


def until(ask, want):
    """The answer may be late on a busy machine, and is asked for again."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            got = ask()
        except IndexError:
            got = None
        if got == want or time.monotonic() > deadline:
            return equal(got, want)


module = Module()
until(module.checkStatus, True)
until(module.checkSIMState, "READY")
until(lambda: module.getSignalStrengh().keys(), {"rssi": "", "ber": ""}.keys())
