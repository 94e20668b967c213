"""sixfab-cellulariot: a shield with a BG96. It waits for a text, and sends again after 3 s.

It has sockets and no MQTT; its sendATComm() takes the commands of MQTT as any others.
"""

import sys
import types

from maker import BROKER, GREETING, HOST, INBOX, MESSAGE, MODEM, OUTBOX, stage

# Pins and sensors of the shield.
for name in ["RPi", "RPi.GPIO", "Adafruit_ADS1x15", "smbus"]:
    sys.modules[name] = types.ModuleType(name)
sys.modules["RPi"].GPIO = sys.modules["RPi.GPIO"]
sys.modules["RPi.GPIO"].cleanup = lambda: None
sys.modules["Adafruit_ADS1x15"].ADS1015 = object

from cellulariot.cellulariot import CellularIoT  # noqa: E402

node = CellularIoT(MODEM)


def exchange():
    node.sendATComm(f'AT+QMTOPEN=0,"127.0.0.1",{BROKER}', "+QMTOPEN: 0,0\r\n")
    node.sendATComm(f'AT+QMTCONN=0,"{HOST}"', "+QMTCONN: 0,0,0\r\n")
    message = f'+QMTRECV: 0,1,"{INBOX}","{MESSAGE}"\r\n'
    node.sendATComm(f'AT+QMTSUB=0,1,"{INBOX}",1', message)
    node.sendATComm(f'AT+QMTPUB=0,7,1,1,"{OUTBOX}"', "\r\n> ")
    node.sendDataComm(GREETING + node.CTRL_Z, "+QMTPUB: 0,7,0\r\n")


node.sendATComm("ATE0", "OK\r\n")
node.getIMEI()
node.getFirmwareInfo()
node.getHardwareInfo()
node.setMode(node.CATM1_MODE)
node.getQueryNetworkInfo()
node.connectToOperator()
node.deactivateContext()
node.activateContext()
exchange()
stage("stop")
node.getResponse("+QMTSTAT: 0,1\r\n")
stage("start")
exchange()
node.sendATComm("AT+QMTDISC=0", "+QMTDISC: 0,0\r\n")
