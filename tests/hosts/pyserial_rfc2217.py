"""A host on pyserial's rfc2217:// drives a modem, control lines and all."""

import time

import serial
from exchange import CONFIG, CONNECT, MODEM, PUBLISH, RECEIVED, SUBSCRIBE

PATIENCE = 20
ALL_BYTES = b"\xff" + bytes(b for b in range(256) if b not in b'\0\b\r\n"\\\x7f' and b > 31) + b"\xff\xff"


def until(what, holds):
    """Waits until something holds that arrives by itself."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"{what} in time"
        time.sleep(0.01)


class Host:
    def __init__(self, url):
        self.port = serial.serial_for_url(url, baudrate=9600, timeout=PATIENCE)

    def expect(self, want):
        got = self.port.read_until(want)
        assert got.endswith(want), f"{got} in place of {want}"
        return got[: -len(want)]

    def ask(self, line, answer=b"\r\nOK\r\n"):
        """Sends a line; nothing but the answer comes."""
        self.port.write(line + b"\r")
        before = self.expect(answer)
        assert before == b"", f"{before} before {answer}"


def settings_are_taken(host):
    host.ask(b"AT")
    for baud, bits, parity, stop in [(115200, 7, "E", 1), (300, 8, "O", 2), (57600, 8, "N", 1)]:
        host.port.baudrate, host.port.bytesize = baud, bits
        host.port.parity, host.port.stopbits = parity, stop
        host.ask(b"AT")
    for flow in ["rtscts", "xonxoff"]:
        setattr(host.port, flow, True)
        host.ask(b"AT")
        setattr(host.port, flow, False)
    host.port.reset_input_buffer()
    host.port.reset_output_buffer()
    host.port.rts = False
    host.port.rts = True
    host.ask(b"AT")


def a_half_typed_line_is_forgotten(host):
    """A line that were answered with ERROR, were it not forgotten."""
    host.port.write(b"AT+NONSENSE")
    host.port.dtr = False
    host.port.dtr = True
    host.ask(b"AT")
    host.port.write(b"AT+NONSENSE")
    host.port.send_break(0.01)
    host.ask(b"AT")


def carrier_follows_the_broker(host):
    assert host.port.dsr and host.port.cts and not host.port.ri
    until("no carrier", lambda: not host.port.cd)
    host.ask(b"AT&C0")
    until("a carrier for ever", lambda: host.port.cd)
    host.ask(b"AT&C1")
    until("no carrier again", lambda: not host.port.cd)
    host.ask(CONFIG.encode())
    connect(host)


def connect(host):
    host.ask(CONNECT.encode(), b"\r\n+MQTTCONNECT:0\r\n\r\nOK\r\n")
    until("a carrier", lambda: host.port.cd)


def messages_pass(host):
    host.ask(SUBSCRIBE.encode())
    host.expect(f"\r\n{RECEIVED}\r\n".encode())
    host.ask(PUBLISH.encode())


def every_byte_passes(host):
    host.ask(b'AT+MQTTSUB="bytes",1')
    host.port.write(b'AT+MQTTPUB="bytes",1,0,"' + ALL_BYTES + b'"\r')
    urc = b'\r\n+MQTTRECV:"bytes",1,0,%d,' % len(ALL_BYTES) + ALL_BYTES + b"\r\n"
    came = host.expect(b"\r\nOK\r\n")
    # The broker may send it before or after it says that it has it.
    if not came:
        host.expect(urc)
    else:
        assert came == urc, came


def dtr_hangs_up(host):
    host.ask(b"AT&D2")
    host.port.dtr = False
    host.expect(b"\r\n+MQTTDISCONNECTED:33\r\n")
    until("no carrier", lambda: not host.port.cd)
    host.port.dtr = True
    connect(host)
    host.ask(b"AT&D0")
    host.port.dtr = False
    host.port.dtr = True
    host.ask(b"AT+MQTTSTATE", b"\r\n+MQTTSTATE:1\r\n\r\nOK\r\n")
    assert host.port.cd


def main():
    host = Host(MODEM)
    host.ask(b"ATE0", b"ATE0\r\r\nOK\r\n")
    settings_are_taken(host)
    a_half_typed_line_is_forgotten(host)
    carrier_follows_the_broker(host)
    messages_pass(host)
    every_byte_passes(host)
    dtr_hangs_up(host)
    host.port.close()
    # The link outlived the host, and the next one sees it at once.
    host = Host(MODEM)
    until("a carrier", lambda: host.port.cd)
    host.ask(b"AT+MQTTSTATE", b"\r\n+MQTTSTATE:1\r\n\r\nOK\r\n")
    host.port.close()


main()
