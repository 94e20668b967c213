"""A terminal for programs that want one, and someone who types and reads there."""

import os
import pty
import select
import time

PATIENCE = 10


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, *command):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvp(command[0], command)
        self.seen = b""

    def type(self, text):
        os.write(self.fd, text.encode())

    def expect(self, text):
        """Waits until this is on the screen, and forgets what came up to there."""
        wanted = text.encode()
        deadline = time.monotonic() + PATIENCE
        while wanted not in self.seen:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                raise SystemExit(f"no {text!r} within {PATIENCE} s, but {self.seen!r}")
            self.seen += self.read()
        self.seen = self.seen.split(wanted, 1)[1]

    def read(self):
        try:
            data = os.read(self.fd, 4096)
        except OSError:  # the program has ended
            data = b""
        if not data:
            raise SystemExit(f"the program ended after {self.seen!r}")
        print(data.decode(errors="replace"), end="", flush=True)
        return data

    def ended(self):
        """Waits for the end; what is written on the way does not matter."""
        try:
            while select.select([self.fd], [], [], PATIENCE)[0] and os.read(self.fd, 4096):
                pass
        except OSError:
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def session(terminal, host, broker):
    """What a person types who tries MQTT by hand. The modem echoes."""

    def ask(command, *answers):
        terminal.type(command + "\r")
        for answer in (command, *answers):
            terminal.expect(answer)

    ask("AT", "OK")
    ask("ATI", "mqmodem", "OK")
    # A person hits the wrong key, and the one that takes it back.
    terminal.type("AT+MQTTSTATW\b" + "E\r")
    terminal.expect("+MQTTSTATE:0")
    terminal.expect("OK")
    ask(f"AT+MQTTCONFIG=127.0.0.1,{broker},{host},1,60", "OK")
    ask("AT+MQTTCONNECT", "+MQTTCONNECT:0", "OK")
    message = f"for {host}"
    ask(
        f'AT+MQTTSUB="hosts/{host}/in",1',
        "OK",
        f'+MQTTRECV:"hosts/{host}/in",1,1,{len(message)},{message}',
    )
    ask(f'AT+MQTTPUB="hosts/{host}/out",1,1,"from {host}"', "OK")
    ask("AT+MQTTDISCONNECT", "OK")
