"""pyserial: bytes in, bytes out, as most test benches begin."""

import serial
from exchange import CONFIG, CONNECT, DISCONNECT, HOST, MODEM, PUBLISH, RECEIVED, SUBSCRIBE, equal

OK = b"\r\nOK\r\n"


def session(port):
    """Every byte of the answers is known beforehand."""

    def ask(command, answer=b"", end=OK):
        port.write(command + b"\r")
        want = answer + end
        equal(port.read(len(want)), want)

    # Whatever the last host has left switched: all of it is echoed, or it is not.
    port.write(b"ATE0\r")
    port.read_until(OK)
    ask(b"AT+CGMM", b"\r\nmqmodem\r\n")
    ask(CONFIG.encode())
    ask(CONNECT.encode(), b"\r\n+MQTTCONNECT:0\r\n")
    ask(SUBSCRIBE.encode())
    want = f"\r\n{RECEIVED}\r\n".encode()
    equal(port.read(len(want)), want)
    # Every byte there is, but in a topic.
    ask(f'AT+MQTTSUB="hosts/{HOST}/bytes",0'.encode())
    every = bytes(range(256))
    escaped = b"".join(b"\\%02X" % byte for byte in every)
    port.write(f'AT+MQTTPUB="hosts/{HOST}/bytes",0,0,"'.encode() + escaped + b'"\r')
    echo = f'\r\n+MQTTRECV:"hosts/{HOST}/bytes",0,0,256,'.encode() + every + b"\r\n"
    equal(port.read(len(OK + echo)), OK + echo)
    ask(PUBLISH.encode())
    ask(DISCONNECT.encode())
    equal(port.in_waiting, 0)


with serial.Serial(MODEM, 115200, timeout=10, exclusive=True) as port:
    session(port)
# Closed, opened again, at another speed: the same modem, the same answers.
with serial.serial_for_url(MODEM, baudrate=9600, timeout=10) as port:
    session(port)
