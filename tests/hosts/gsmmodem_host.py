"""python-gsmmodem: sets a GSM modem up for SMS and calls, then waits for lines.

This modem has no SMS, so connect() ends where the set-up for SMS begins. Everything
before it must have gone well, and what is below works as with any modem.
"""

import queue

from gsmmodem.exceptions import CmeError, CommandError
from gsmmodem.modem import GsmModem
from exchange import CONFIG, CONNECT, DISCONNECT, MODEM, PUBLISH, RECEIVED, SUBSCRIBE, equal

heard = queue.Queue()
modem = GsmModem(MODEM, 115200)
modem.notifyCallback = heard.put

try:
    modem.connect()
    raise SystemExit("connect() went through: has the modem learnt SMS?")
except CommandError as error:
    # It comes behind ATZ, ATE0, +CFUN?, +CMEE=1, +CPIN?, +CLAC and +COPS=3,0.
    equal(error.command, "AT+CMGF=0")
equal("+MQTTPUB" in modem.supportedCommands, True)
equal((modem.manufacturer, modem.model), ("mqmodem", "mqmodem"))
equal(len(modem.imei), 15)
equal(len(modem.imsi), 15)
equal(modem.networkName, "mqmodem")
equal(modem.waitForNetworkCoverage(5) > 0, True)

try:
    modem.write(PUBLISH)
    raise SystemExit("published without a link")
except CmeError as error:
    equal(error.code, 3)
modem.write(CONFIG)
equal(modem.write(CONNECT), ["+MQTTCONNECT:0", "OK"])
equal(modem.write(SUBSCRIBE), ["OK"])
equal(heard.get(timeout=10), [RECEIVED])
equal(modem.write(PUBLISH), ["OK"])
equal(modem.write(DISCONNECT), ["OK"])
modem.close()
