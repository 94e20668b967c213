"""Quectel EC25. Over TCP a payload ends with Ctrl-Z, over TLS it has a length."""

import functools
import operator

from maker import (
    BROKER, GREETING, HOST, INBOX, MESSAGE, OK, OUTBOX, SECURE, Host, certificate, frame,
)

PROMPT = b"\r\n> "
LENGTH = ["0", "1"][SECURE]

host = Host()


def start():
    host.wake("AT")
    host.wake("ATE0")
    host.ask("AT+CPIN?", frame("+CPIN: READY"), OK)
    host.ask("AT+CREG?", frame("+CREG: 0,1"), OK)
    # There is nothing of that name yet.
    host.ask('AT+QFDEL="ca.pem"', frame("+CME ERROR: 405"))
    host.ask('AT+QMTCFG="recv/mode",0,0,1')


def checksum(data):
    """Words of 16 bits, the high byte first."""
    data += b"\0" * (len(data) % 2)
    words = (int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2))
    return f"{functools.reduce(operator.xor, words):x}"


def upload():
    for name, file in [("cacert", "ca.pem"), ("clientcert", "client.pem"), ("clientkey", "client.key")]:
        data = certificate(file)
        done = frame(f"+QFUPL: {len(data)},{checksum(data)}")
        host.give(f'AT+QFUPL="{file}",{len(data)},60', frame("CONNECT"), data, done, OK)
        host.ask(f'AT+QSSLCFG="{name}",2,"{file}"')
    host.ask('AT+QSSLCFG="seclevel",2,2')
    host.ask('AT+QMTCFG="SSL",0,1,2')


def connect():
    host.ask(f'AT+QMTOPEN=0,"127.0.0.1",{BROKER}', OK, frame("+QMTOPEN: 0,0"))
    host.ask(f'AT+QMTCONN=0,"{HOST}"', OK, frame("+QMTCONN: 0,0,0"))
    host.ask("AT+QMTCONN?", frame("+QMTCONN: 0,3"), OK)
    host.ask(f'AT+QMTSUB=0,1,"{INBOX}",1', OK, frame("+QMTSUB: 0,1,0,1"))
    host.expect(frame(f'+QMTRECV: 0,1,"{INBOX}",{len(MESSAGE)},"{MESSAGE}"'))


def publish():
    if SECURE:
        line = f'AT+QMTPUBEX=0,7,1,1,"{OUTBOX}",{len(GREETING)}'
        host.give(line, PROMPT, GREETING, OK, frame("+QMTPUBEX: 0,7,0"))
    else:
        line = f'AT+QMTPUB=0,7,1,1,"{OUTBOX}"'
        host.give(line, PROMPT, GREETING + "\x1a", OK, frame("+QMTPUB: 0,7,0"))


start()
if SECURE:
    upload()
connect()
publish()
host.lose_broker(frame("+QMTSTAT: 0,1"))
connect()
publish()
host.ask("AT+QMTDISC=0", OK, frame("+QMTDISC: 0,0"))
host.ask("AT+QMTCLOSE=0", OK, frame("+QMTCLOSE: 0,0"))
host.leave()
