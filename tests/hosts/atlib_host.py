"""atlib: reads what is there, splits lines, and wants the echo of its command."""

from atlib import CMEError, GSM_Device, Status
from exchange import CONFIG, CONNECT, DISCONNECT, MODEM, PUBLISH, RECEIVED, SUBSCRIBE, equal

device = GSM_Device(MODEM, baudrate=115200)
equal(device.get_sim_status(), Status.OK)
equal(device.command("AT+CGMI").raise_for_status().value(), "mqmodem")
equal(device.command("AT+CREG?").fields("+CREG"), ["0", "1"])

# Publishing without a link is «operation not allowed»; atlib has switched +CMEE=1 on.
refused = device.command(PUBLISH)
equal(isinstance(refused.error, CMEError) and refused.error.code, 3)

device.command(CONFIG).raise_for_status()
equal(device.command(CONNECT).raise_for_status().value("+MQTTCONNECT"), "0")
device.command(SUBSCRIBE).raise_for_status()
equal(device.await_urc("+MQTTRECV:"), RECEIVED)
device.command(PUBLISH).raise_for_status()
equal(device.command("AT+MQTTSTATE").raise_for_status().value("+MQTTSTATE"), "1")
device.command(DISCONNECT).raise_for_status()
