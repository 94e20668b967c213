"""A host that knows every byte of its module's answers, and whose broker goes away once.

Over TCP it ends lines with CR, over TLS with CR LF, as real hosts do either.
"""

import os
import socket

import serial
from exchange import HOST, MESSAGE, MODEM, equal

BROKER = int(os.environ["BROKER"])
CERTIFICATES = os.environ.get("CERTIFICATES")
SECURE = CERTIFICATES is not None
INBOX, OUTBOX = f"hosts/{HOST}/in", f"hosts/{HOST}/out"
GREETING = f"from {HOST}"


def certificate(name):
    """ca.pem, client.pem or client.key."""
    with open(os.path.join(CERTIFICATES, name), "rb") as file:
        return file.read()


def frame(*lines):
    """Lines as V.250 frames them: CR LF on both sides, once between two."""
    return "\r\n".join(["", *lines, ""]).encode()


OK = frame("OK")
ERROR = frame("ERROR")


class Host:
    def __init__(self, end=b"\r\n" if SECURE else b"\r"):
        self.port = serial.Serial(MODEM, 115200, timeout=20, exclusive=True)
        self.end = end

    def expect(self, *wanted):
        for want in wanted:
            equal(self.port.read(len(want)), want)

    def ask(self, line, *wanted):
        self.port.write(line.encode() + self.end)
        self.expect(*wanted or (OK,))

    def give(self, line, prompt, data, *wanted):
        """Data goes only where the prompt was seen."""
        self.ask(line, prompt)
        self.port.write(data if isinstance(data, bytes) else data.encode())
        self.expect(*wanted or (OK,))

    def wake(self, line="ATE0"):
        """Whatever the module has said of its start, and with an echo or without."""
        self.port.write(line.encode() + self.end)
        heard = self.port.read_until(OK)
        equal(heard[-len(OK) :], OK)

    def lose_broker(self, *wanted):
        """The broker goes, the module tells it, and the broker is back, empty."""
        stage("stop")
        self.expect(*wanted)
        stage("start")

    def leave(self):
        """Nothing has come that was not waited for."""
        equal(self.port.read(self.port.in_waiting), b"")


def stage(verb):
    """Asks `cargo xtask hosts` to stop the broker, or to start it."""
    with socket.create_connection(("127.0.0.1", int(os.environ["STAGE"]))) as door:
        door.sendall(f"{verb} {HOST}\n".encode())
        equal(door.makefile().read(), "ok\n")
