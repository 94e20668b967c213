"""The serial port of a modem, seen from the host."""

import os
import select
import termios
import time
import tty
from typing import Optional

from mqmodem.errors import NotStarted
from mqmodem.reply import PROMPT


def is_ready(file: int, within: float, write: bool = False) -> bool:
    """Whether a file has bytes, or has ended, or takes some, within so many seconds."""
    poll = select.poll()
    poll.register(file, select.POLLOUT if write else select.POLLIN)
    return bool(poll.poll(within * 1000))


class Port:
    """A port that is open, and the lines that come out of it."""

    def __init__(self, path: str, speed: Optional[int] = None) -> None:
        try:
            self._file = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError as error:
            raise NotStarted(f"cannot open the port {path}: {error.strerror}") from error
        self._rest = b""
        self._prompted = False
        tty.setraw(self._file)
        if speed is not None:
            self._set_speed(speed)

    def write(self, data: bytes, deadline: float) -> None:
        """Writes all of it, or what the modem takes in time."""
        try:
            while data and self._is_ready(deadline, write=True):
                data = data[os.write(self._file, data) :]
        except OSError as error:
            # The other end of a pseudo-terminal is gone.
            raise TimeoutError("the port has gone") from error
        if data:
            raise TimeoutError("the modem takes no bytes")

    def line(self, deadline: float) -> Optional[str]:
        """The next line that is not empty, or `>` for a prompt; nothing where none comes in time."""
        while True:
            line = self._take()
            if line is not None:
                return line
            if not self._is_ready(deadline):
                return None
            part = self._read()
            if not part:
                return None
            self._rest += part

    def close(self) -> None:
        """Closes it: the modem sees its host go."""
        os.close(self._file)

    def _take(self) -> Optional[str]:
        while b"\n" in self._rest:
            line, self._rest = self._rest.split(b"\n", 1)
            line = line.strip(b"\r")
            if self._prompted:
                # The space of the prompt may come behind it.
                line, self._prompted = line[line.startswith(b" ") :], False
            if line:
                return line.decode(errors="backslashreplace")
        if self._rest in (b">", b"> "):
            self._prompted = self._rest == b">"
            self._rest = b""
            return PROMPT
        return None

    def _read(self) -> bytes:
        try:
            return os.read(self._file, 65536)
        except BlockingIOError:
            return b""
        except OSError:
            # The other end of a pseudo-terminal is gone.
            return b""

    def _is_ready(self, deadline: float, write: bool = False) -> bool:
        left = max(deadline - time.monotonic(), 0)
        return is_ready(self._file, left, write)

    def _set_speed(self, speed: int) -> None:
        constant = getattr(termios, f"B{speed}", None)
        if constant is None:
            raise NotStarted(f"a serial port has no speed of {speed} bits a second")
        attributes = termios.tcgetattr(self._file)
        attributes[2] |= termios.CLOCAL | termios.CREAD
        attributes[4] = attributes[5] = constant
        termios.tcsetattr(self._file, termios.TCSANOW, attributes)
