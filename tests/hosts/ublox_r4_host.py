"""ublox of PyPI: a SARA-R4, its radio and its network; the old syntax of MQTT beside it.

It has sockets and no MQTT; its own functions for commands and lines take it as any other.
"""

from maker import BROKER, GREETING, HOST, INBOX, MESSAGE, MODEM, OUTBOX, equal, stage
from ublox.modules import SaraR4Module

module = SaraR4Module(MODEM)


def ask(command, info):
    equal(module._at_action(command, capture_urc=True), [info.encode()])


def expect(text):
    lines = module._read_line_until_contains(text, capture_urc=True, timeout=20)
    equal(lines[-1].decode(), text)


def exchange():
    ask("AT+UMQTTC=1", "+UMQTTC: 1,1")
    expect("+UUMQTTC: 1,0")
    ask(f'AT+UMQTTC=4,1,"{INBOX}"', "+UMQTTC: 4,1")
    expect(f'+UUMQTTC: 4,1,1,"{INBOX}"')
    expect("+UUMQTTCM: 6,1")
    ask("AT+UMQTTC=6", "+UMQTTC: 6,1")
    expect(f"Msg:{MESSAGE}")
    ask(f'AT+UMQTTC=2,1,1,"{OUTBOX}","{GREETING}"', "+UMQTTC: 2,1")


module.setup("LTEM")
equal(module.imei > 0, True)
module.set_pdp_context("internet")
module.connect(0)
equal(module.registration_status, 1)
ask(f'AT+UMQTT=0,"{HOST}"', "+UMQTT: 0,1")
ask(f'AT+UMQTT=2,"127.0.0.1",{BROKER}', "+UMQTT: 2,1")
ask("AT+UMQTT=10,60", "+UMQTT: 10,1")
exchange()
stage("stop")
expect("+UUMQTTC: 0,101")
stage("start")
exchange()
ask("AT+UMQTTC=0", "+UMQTTC: 0,1")
