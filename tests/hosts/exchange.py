"""What every host in Python is told, and the lines it sends for an MQTT exchange."""

import os

HOST = os.environ["HOST"]
MODEM = os.environ["MODEM"]

CONFIG = f"AT+MQTTCONFIG=127.0.0.1,{os.environ['BROKER']},{HOST},1,60"
CONNECT = "AT+MQTTCONNECT"
SUBSCRIBE = f'AT+MQTTSUB="hosts/{HOST}/in",1'
PUBLISH = f'AT+MQTTPUB="hosts/{HOST}/out",1,1,"from {HOST}"'
DISCONNECT = "AT+MQTTDISCONNECT"

MESSAGE = f"for {HOST}"
RECEIVED = f'+MQTTRECV:"hosts/{HOST}/in",1,1,{len(MESSAGE)},{MESSAGE}'


def equal(got, want):
    """Ends the script where they differ."""
    print(f"{got!r}")
    if got != want:
        raise SystemExit(f"that is not {want!r}")
