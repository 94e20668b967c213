"""The control socket of a modem; docs/faults.md has its lines."""

import socket
from pathlib import Path
from typing import List

from mqmodem.errors import ControlError, NoEvent

_PATIENCE = 15.0
"""Seconds an answer may take: more than the modem itself gives it."""


class Control:
    """A connection to the control socket."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("rb")

    def ask(self, line: str, within: float = _PATIENCE) -> str:
        """Sends a line, such as `state`, and returns what stands behind `ok`."""
        if "\n" in line:
            raise ControlError("a line of the control socket has no line break")
        self._socket.settimeout(within)
        self._socket.sendall(line.encode() + b"\n")
        word, _, rest = self._line().partition(" ")
        if word != "ok":
            raise ControlError(f"{line}: {rest}")
        return rest

    def list(self) -> List[str]:
        """The faults in force: number, state and words of each."""
        return [self._line() for _ in range(int(self.ask("list")))]

    def wait(self, number: int, within: float) -> bool:
        """Waits until a fault has acted; whether it has. Of one that has ended it is told at once."""
        try:
            self.ask(f"wait {number} {max(int(within * 1000), 1)}ms", within + _PATIENCE)
        except ControlError:
            return False
        return True

    def close(self) -> None:
        """Closes the connection."""
        self._lines.close()
        self._socket.close()

    def _line(self) -> str:
        try:
            line = self._lines.readline()
        except socket.timeout as error:
            raise NoEvent("the modem does not answer on its control socket") from error
        if not line:
            raise NoEvent("the modem has ended")
        return line.decode().rstrip("\n")
