"""SIMCom A76xx: CMQTT, every text behind a prompt, as its users' library sends it."""

from maker import (
    BROKER, ERROR, GREETING, HOST, INBOX, MESSAGE, OK, OUTBOX, SECURE, Host, certificate, frame,
)

PROMPT = b"\r\n>"
RECEIVED = frame(
    f"+CMQTTRXSTART: 0,{len(INBOX)},{len(MESSAGE)}",
    f"+CMQTTRXTOPIC: 0,{len(INBOX)}",
    INBOX,
    f"+CMQTTRXPAYLOAD: 0,{len(MESSAGE)}",
    MESSAGE,
    "+CMQTTRXEND: 0",
)

host = Host()


def start():
    host.wake("AT")
    host.wake("ATE0")
    host.ask("AT+CPIN?", frame("+CPIN: READY"), OK)
    host.ask("AT+CEREG?", frame("+CEREG: 0,1"), OK)
    host.ask("AT+NETOPEN", OK, frame("+NETOPEN: 0"))
    host.ask("AT+CMQTTSTART", OK, frame("+CMQTTSTART: 0"))


def upload():
    for name, file in [("cacert", "ca.pem"), ("clientcert", "client.pem"), ("clientkey", "client_key.pem")]:
        data = certificate(file.replace("_key.pem", ".key"))
        host.give(f'AT+CCERTDOWN="{file}",{len(data)}', PROMPT, data)
        host.ask(f'AT+CSSLCFG="{name}",0,"{file}"')
    host.ask('AT+CSSLCFG="sslversion",0,4')
    host.ask("AT+CMQTTSSLCFG=0,0")
    host.ask('AT+CSSLCFG="authmode",0,2')


def acquire():
    # Not acquired yet, which this host does not know.
    host.ask("AT+CMQTTREL=0", frame("+CMQTTREL: 0,20"), ERROR)
    host.ask(f'AT+CMQTTACCQ=0,"{HOST}",{int(SECURE)}')
    host.ask('AT+CMQTTCFG="version",0,4')
    host.give("AT+CMQTTWILLTOPIC=0,6", PROMPT, "will/t")
    host.give("AT+CMQTTWILLMSG=0,4,1", PROMPT, "gone")


def connect():
    line = f'AT+CMQTTCONNECT=0,"tcp://127.0.0.1:{BROKER}",60,1'
    host.ask(line, OK, frame("+CMQTTCONNECT: 0,0"))
    host.ask("AT+CMQTTDISC?", frame("+CMQTTDISC: 0,0", "+CMQTTDISC: 1,1"), OK)
    line = f"AT+CMQTTSUB=0,{len(INBOX)},1,0"
    host.give(line, PROMPT, INBOX, OK, frame("+CMQTTSUB: 0,0"), RECEIVED)


def publish():
    host.give(f"AT+CMQTTTOPIC=0,{len(OUTBOX)}", PROMPT, OUTBOX)
    host.give(f"AT+CMQTTPAYLOAD=0,{len(GREETING)}", PROMPT, GREETING)
    host.ask("AT+CMQTTPUB=0,1,60,1", OK, frame("+CMQTTPUB: 0,0"))


start()
if SECURE:
    upload()
acquire()
connect()
publish()
host.lose_broker(frame("+CMQTTCONNLOST: 0,1"))
host.ask("AT+CMQTTDISC?", frame("+CMQTTDISC: 0,1", "+CMQTTDISC: 1,1"), OK)
connect()
publish()
host.ask("AT+CMQTTDISC=0,120", OK, frame("+CMQTTDISC: 0,0"))
host.ask("AT+CMQTTREL=0")
host.ask("AT+CMQTTSTOP", OK, frame("+CMQTTSTOP: 0"))
host.leave()
