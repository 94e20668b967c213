"""ESP-AT. Over TCP the module reconnects by itself, over TLS it is set up once more."""

from maker import BROKER, GREETING, INBOX, MESSAGE, OK, OUTBOX, SECURE, Host, certificate

PROMPT = OK + b"\r\n>"
# TLS that verifies both sides, or none.
SCHEME = 5 if SECURE else 1
RECONNECT = 0 if SECURE else 1
CONNECTED = f'+MQTTCONNECTED:0,{SCHEME},"127.0.0.1","{BROKER}","",{RECONNECT}\r\n'.encode()
RECEIVED = f'+MQTTSUBRECV:0,"{INBOX}",{len(MESSAGE)},{MESSAGE}\r\n'.encode()

host = Host(b"\r\n")


def start():
    host.wake()
    host.ask("AT+RST", OK, b"\r\nready\r\n")
    host.ask("ATE0", b"ATE0\r\n", OK)
    host.ask("AT+SYSLOG?", b"+SYSLOG:0\r\n", OK)
    host.ask("AT+CWMODE=1")
    host.ask('AT+CWJAP="shop\\,floor","secret"', b"WIFI CONNECTED\r\nWIFI GOT IP\r\n", OK)


def upload():
    for name, file in [("mqtt_ca", "ca.pem"), ("mqtt_cert", "client.pem"), ("mqtt_key", "client.key")]:
        data = certificate(file)
        host.give(f'AT+SYSMFG=2,"{name}","{name}",8,{len(data)}', PROMPT, data)


def connect():
    host.ask(f'AT+MQTTUSERCFG=0,{SCHEME},"pump-7","","",0,0,""')
    host.ask('AT+MQTTCONNCFG=0,60,0,"pump/7/state","gone",1,1')
    host.ask(f'AT+MQTTCONN=0,"127.0.0.1",{BROKER},{RECONNECT}', CONNECTED, OK)
    host.ask(f'AT+MQTTSUB=0,"{INBOX}",1', OK, RECEIVED)


def publish():
    if SECURE:
        raw = f'AT+MQTTPUBRAW=0,"{OUTBOX}",{len(GREETING)},1,1'
        host.give(raw, PROMPT, GREETING, b"+MQTTPUB:OK\r\n")
    else:
        host.ask(f'AT+MQTTPUB=0,"{OUTBOX}","{GREETING}",1,1')


start()
if SECURE:
    upload()
connect()
publish()
host.lose_broker(b"+MQTTDISCONNECTED:0\r\n")
if RECONNECT:
    # The topic needs no new subscription.
    host.expect(CONNECTED, RECEIVED)
else:
    host.ask("AT+MQTTCLEAN=0")
    connect()
publish()
host.ask("AT+MQTTCLEAN=0")
host.leave()
