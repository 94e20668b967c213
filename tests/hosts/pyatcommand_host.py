"""pyatcommand: a thread that listens, tells answers from URCs, and detects E, V and Q.

A URC that comes in one piece with the OK before it may stay in its buffer until more
comes, or for ever (0.5.3: its listener asks whether a command is pending before the
caller was woken). So the message is sent when the modem is idle, not kept for it.
"""

import os
import subprocess

from pyatcommand import AtClient
from exchange import CONFIG, CONNECT, DISCONNECT, HOST, MODEM, PUBLISH, equal

TOPIC = f"hosts/{HOST}/live"

client = AtClient()
client.connect(port=MODEM, baudrate=115200, retry_timeout=10)


def ask(command, info=None):
    answer = client.send_command(command, timeout=10)
    equal((answer.ok, answer.info), (True, info))


ask("AT+CGMM", "mqmodem")
equal(client.send_command("AT+NOSUCH", timeout=10).ok, False)
ask(CONFIG)
ask(CONNECT, "+MQTTCONNECT:0")
ask(f'AT+MQTTSUB="{TOPIC}",1')
send = ["mosquitto_pub", "-p", os.environ["BROKER"], "-q", "1", "-t", TOPIC, "-m", "now"]
subprocess.run(send, check=True)
equal(client.get_urc(timeout=10), f'+MQTTRECV:"{TOPIC}",1,0,3,now')
# It follows what it sees.
equal(client.echo, True)
ask("ATE0")
ask(PUBLISH)
equal(client.echo, False)
ask(DISCONNECT)
client.disconnect()
