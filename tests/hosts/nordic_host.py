"""Serial Modem of Nordic. Over TLS it publishes in data mode, with a length."""

import hashlib

from maker import (
    BROKER, ERROR, GREETING, HOST, INBOX, MESSAGE, OK, OUTBOX, SECURE, Host, certificate, frame,
)

TAG = 16842
IDLE = frame("#XMQTTCON: 0")
CONNECTED = f'#XMQTTCON: 1,"{HOST}","127.0.0.1",{BROKER}' + (f",{TAG}" if SECURE else "")
BLOCK = f"\r\n#XMQTTMSG: {len(INBOX)},{len(MESSAGE)}\r\n{INBOX}\r\n{MESSAGE}\r\n".encode()

host = Host()


def event(kind, result=0):
    return frame(f"#XMQTTEVT: {kind},{result}")


def start():
    # Out of whatever the last host has left it in: data mode, or an open quote.
    host.port.write(b'\r+++"\r')
    host.wake("AT")
    host.ask("AT+CGMM", frame("nRF9151-LACA"), OK)


def credentials():
    host.ask("AT+CFUN=4")
    for kind, file in [(0, "ca.pem"), (1, "client.pem"), (2, "client.key")]:
        content = certificate(file).strip()
        host.ask(f"AT%CMNG=3,{TAG},{kind}", ERROR)
        host.ask(f'AT%CMNG=0,{TAG},{kind},"{content.decode()}"')
        digest = hashlib.sha256(content).hexdigest().upper()
        host.ask(f"AT%CMNG=1,{TAG},{kind}", frame(f'%CMNG: {TAG},{kind},"{digest}"'), OK)


def attach():
    host.ask("AT+CMEE=1")
    host.ask("AT%XPDNCFG=1")
    host.ask("AT+CFUN=1")
    host.ask("AT#XMQTTCON?", IDLE, OK)
    # There is nothing to disconnect.
    host.ask("AT#XMQTTCON=0", ERROR)
    host.ask(f'AT#XMQTTCFG="{HOST}",60,1')


def connect():
    tag = f",{TAG}" if SECURE else ""
    host.ask(f'AT#XMQTTCON=1,"","","127.0.0.1",{BROKER}{tag}', OK, event(0))
    host.ask("AT#XMQTTCON?", frame(CONNECTED), OK)
    host.ask(f'AT#XMQTTSUB="{INBOX}",1', OK, event(7), BLOCK, event(2))


def publish():
    if SECURE:
        line = f'AT#XMQTTPUB="{OUTBOX}","",1,1,{len(GREETING)}'
        host.give(line, OK, GREETING, frame("#XDATAMODE: 0"), event(3))
    else:
        host.ask(f'AT#XMQTTPUB="{OUTBOX}","{GREETING}",1,1', OK, event(3))


start()
if SECURE:
    credentials()
attach()
connect()
publish()
host.lose_broker(event(1, -128))
host.ask("AT#XMQTTCON?", IDLE, OK)
connect()
publish()
host.ask("AT#XMQTTCON=0", OK, event(1))
host.leave()
