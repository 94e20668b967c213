"""SIMCom SIM7080: SM, all settings by name, some values without quotes."""

from maker import (
    BROKER, ERROR, GREETING, HOST, INBOX, MESSAGE, OK, OUTBOX, SECURE, Host, certificate, frame,
)

host = Host()


def start():
    host.wake("AT")
    host.wake("ATE0")
    host.ask("AT+CMEE=0")
    host.ask("AT+CPIN?", frame("+CPIN: READY"), OK)
    host.ask("AT+CNACT=0,1", OK, frame("+APP PDP: 0,ACTIVE"))
    # Not connected, which this host does not know.
    host.ask("AT+SMDISC", ERROR)


def upload():
    host.ask("AT+CFSINIT")
    for file in ["ca.pem", "client.pem", "client.key"]:
        data = certificate(file)
        host.give(f'AT+CFSWFILE=3,"{file}",0,{len(data)},10000', frame("DOWNLOAD"), data)
    host.ask("AT+CFSTERM")
    host.ask("AT+CSSLCFG=convert,2,ca.pem")
    host.ask('AT+CSSLCFG="convert",1,"client.pem","client.key"')
    host.ask('AT+CSSLCFG="sslversion",0,3')
    host.ask('AT+CSSLCFG="sni",0,"localhost"')
    host.ask('AT+SMSSL=1,"ca.pem","client.pem"')


def configure():
    host.ask('AT+SMCONF="KEEPTIME",60')
    host.ask('AT+SMCONF="CLEANSS",1')
    host.ask('AT+SMCONF="QOS",1')
    host.ask('AT+SMCONF="RETAIN",1')
    host.ask(f'AT+SMCONF="CLIENTID",{HOST}')
    host.ask(f'AT+SMCONF=URL,"127.0.0.1",{BROKER}')
    host.ask('AT+SMCONF="TOPIC",will/t')
    host.ask('AT+SMCONF="MESSAGE",gone')


def connect():
    host.ask("AT+SMCONN")
    host.ask("AT+SMSTATE?", frame("+SMSTATE: 1"), OK)
    host.ask(f'AT+SMSUB="{INBOX}",1', OK, frame(f'+SMSUB: "{INBOX}","{MESSAGE}"'))


def publish():
    host.give(f'AT+SMPUB="{OUTBOX}",{len(GREETING)},1,1', b"\r\n> ", GREETING)


start()
if SECURE:
    upload()
else:
    host.ask("AT+SMSSL=0")
configure()
connect()
publish()
host.lose_broker(frame("+SMSTATE: 0"))
host.ask("AT+SMSTATE?", frame("+SMSTATE: 0"), OK)
connect()
publish()
host.ask(f'AT+SMUNSUB="{INBOX}"')
host.ask("AT+SMDISC")
host.leave()
