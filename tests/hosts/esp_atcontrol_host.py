"""adafruit-circuitpython-esp-atcontrol: finds the module, sets it up and joins a network.

It has sockets and no MQTT; its at_response() takes the commands of MQTT as any others.
"""

import sys
import types

import serial
from maker import BROKER, GREETING, INBOX, MESSAGE, MODEM, OUTBOX, equal, stage

# Pins, of which a serial port needs none, and the type of a UART, which pyserial's resembles.
pins, buses = types.ModuleType("digitalio"), types.ModuleType("busio")
pins.DigitalInOut = pins.Direction = buses.UART = object
sys.modules["digitalio"], sys.modules["busio"] = pins, buses

from adafruit_espatcontrol.adafruit_espatcontrol import ESP_ATcontrol  # noqa: E402

uart = serial.Serial(MODEM, 115200, timeout=20)
esp = ESP_ATcontrol(uart, 115200)


def expect(text):
    equal(uart.read_until(text.encode())[-len(text) :], text.encode())


def exchange():
    esp.at_response('AT+MQTTUSERCFG=0,1,"pump-7","","",0,0,""')
    came = esp.at_response(f'AT+MQTTCONN=0,"127.0.0.1",{BROKER},0')
    equal(came, f'+MQTTCONNECTED:0,1,"127.0.0.1","{BROKER}","",0\r\n\r\n'.encode())
    esp.at_response(f'AT+MQTTSUB=0,"{INBOX}",1')
    expect(f'+MQTTSUBRECV:0,"{INBOX}",{len(MESSAGE)},{MESSAGE}\r\n')
    esp.at_response(f'AT+MQTTPUB=0,"{OUTBOX}","{GREETING}",1,1')


esp.begin()
equal(esp.version.startswith("AT version:"), True)
# It cannot read the name of a network that was joined before (0.11.7).
esp.disconnect()
equal(esp.is_connected, False)
esp.connect({"ssid": "shop", "password": "secret", "timezone": 1})
equal(esp.status, esp.STATUS_APCONNECTED)
equal(len(esp.local_ip.split(".")), 4)
equal(esp.nslookup("127.0.0.1"), "127.0.0.1")
exchange()
stage("stop")
expect("+MQTTDISCONNECTED:0\r\n")
stage("start")
esp.at_response("AT+MQTTCLEAN=0")
exchange()
esp.at_response("AT+MQTTCLEAN=0")
