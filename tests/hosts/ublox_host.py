"""u-blox SARA-R5, in the order of the library of its maker."""

import base64
import hashlib

from maker import (
    BROKER, GREETING, HOST, INBOX, MESSAGE, OK, OUTBOX, SECURE, Host, certificate, frame,
)

PROMPT = b"\r\n>"
SIZES = f"{len(INBOX + MESSAGE)},{len(INBOX)}"
MESSAGE_READ = frame(f'+UMQTTC: 6,1,{SIZES},"{INBOX}",{len(MESSAGE)},"{MESSAGE}"')

host = Host()


def event(*values):
    return frame("+UUMQTTC: " + ",".join(map(str, values)))


def start():
    host.wake("AT")
    host.wake("ATE0")
    host.ask("AT+CMEE=2")
    host.ask("ATI9", frame("03.15,A00.01"), OK)
    host.ask("AT+CREG=2")
    host.ask("AT+CEREG=4")
    host.ask("AT+UPSD=0,0,0")
    host.ask("AT+UPSD=0,100,1")
    host.ask("AT+UPSDA=0,3", OK, frame('+UUPSDA: 0,"10.0.0.2"'))


def fingerprint(pem):
    """What the module says of a file: the MD5 of its DER."""
    lines = [line for line in pem.splitlines() if b"-----" not in line]
    return hashlib.md5(base64.b64decode(b"".join(lines))).hexdigest()


def upload():
    host.ask("AT+USECPRF=0")
    files = [(0, "ca", "ca.pem", 3), (1, "own", "client.pem", 5), (2, "key", "client.key", 6)]
    for kind, name, file, operation in files:
        pem = certificate(file)
        stored = frame(f'+USECMNG: 0,{kind},"{name}","{fingerprint(pem)}"')
        host.give(f'AT+USECMNG=0,{kind},"{name}",{len(pem)}', PROMPT, pem, stored, OK)
        host.ask(f'AT+USECPRF=0,{operation},"{name}"')
    host.ask('AT+USECPRF=0,4,"localhost"')
    host.ask("AT+USECPRF=0,0,2")


def configure():
    host.ask(f'AT+UMQTT=2,"127.0.0.1",{BROKER}')
    host.ask(f'AT+UMQTT=0,"{HOST}"')
    host.ask("AT+UMQTT=10,60")
    host.ask("AT+UMQTT=11,1,0" if SECURE else "AT+UMQTT=11,0")
    host.ask("AT+UMQTT=6,1")
    host.ask('AT+UMQTT=8,"pump/7/state"')
    host.ask('AT+UMQTT=9,"676F6E65",1')


def connect():
    host.ask("AT+UMQTTC=1", OK, event(1, 1))
    host.ask("AT+UMQTT=10", frame("+UMQTT: 10,60"), OK)
    host.ask("AT+UMQTTC=8,1")
    host.ask(f'AT+UMQTTC=4,1,"{INBOX}"', OK, event(4, 1, 1, f'"{INBOX}"'), event(6, 1))
    host.ask("AT+UMQTTC=6,1", MESSAGE_READ, OK)


def publish():
    if SECURE:
        line = f'AT+UMQTTC=9,1,1,"{OUTBOX}",{len(GREETING)}'
        host.give(line, PROMPT, GREETING, OK, event(9, 1))
    else:
        message = GREETING.encode().hex().upper()
        host.ask(f'AT+UMQTTC=2,1,1,1,"{OUTBOX}","{message}"', OK, event(2, 1))


start()
if SECURE:
    upload()
configure()
connect()
publish()
host.lose_broker(event(0, 101))
connect()
publish()
host.ask("AT+UMQTTC=0", OK, event(0, 1))
host.leave()
