"""openLuat: each answer of the broker is a word behind OK. Over TLS messages go in hex."""

from maker import (
    BROKER, GREETING, HOST, INBOX, MESSAGE, OK, OUTBOX, SECURE, Host, certificate, frame,
)

START = "SSLMIPSTART" if SECURE else "MIPSTART"
RECEIVED = frame(f'+MSUB: "{INBOX}",{len(MESSAGE)} byte,{MESSAGE}')

host = Host()


def start():
    host.wake("AT")
    host.wake("ATE0")
    host.ask("AT+CGREG?", frame("+CGREG: 0,1"), OK)
    host.ask("AT+CGATT?", frame("+CGATT: 1"), OK)
    host.ask("AT+MQTTMSGSET=0")
    host.ask(f"AT+MQTTMODE={int(SECURE)}")


def upload():
    for name, file in [("cacert", "ca.pem"), ("clientcert", "client.pem"), ("clientkey", "client.key")]:
        data = certificate(file)
        host.ask(f'AT+FSCREATE="{file}"')
        host.give(f'AT+FSWRITE="{file}",0,{len(data)},15', frame(">"), data)
        host.ask(f'AT+SSLCFG="{name}",88,"{file}"')
    host.ask('AT+SSLCFG="seclevel",88,2')


def connect():
    host.ask(f'AT+{START}="127.0.0.1","{BROKER}"', OK, frame("CONNECT OK"))
    host.ask("AT+MCONNECT=1,60", OK, frame("CONNACK OK"))
    host.ask(f'AT+MSUB="{INBOX}",1', OK, frame("SUBACK"), RECEIVED)
    # A host that polls looks for a 1 anywhere.
    host.ask("AT+MQTTSTATU", frame("+MQTTSTATU :1"), OK)


def publish():
    message = GREETING.encode().hex() if SECURE else GREETING
    host.ask(f'AT+MPUB="{OUTBOX}",1,1,"{message}"', OK, frame("PUBACK"))


start()
if SECURE:
    upload()
# Neither quotes nor user nor password.
host.ask(f"AT+MCONFIG={HOST},,")
connect()
publish()
host.lose_broker(frame("CLOSED"))
host.ask("AT+MQTTSTATU", frame("+MQTTSTATU :0"), OK)
connect()
publish()
host.ask("AT+MDISCONNECT")
host.ask("AT+MIPCLOSE")
host.leave()
