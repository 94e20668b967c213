"""Where a modem is: a process of ours, or a device that is there anyhow."""

import shutil
import tempfile
import time
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import List, Optional

from mqmodem.control import Control
from mqmodem.errors import NotHere
from mqmodem.events import Event, Events, Reader
from mqmodem.program import Program, find

_SETTLES = 5.0
"""Seconds the events may be late."""


class Served:
    """A modem that runs beside the test, with its events and its control socket.

    `folder` gets its log and its events, as `NAME.log` and `NAME.jsonl`.
    """

    speed = None

    def __init__(self, name: str, folder: Path, words: List[str], program: Optional[str]) -> None:
        self.program = find(program)
        self.folder = folder
        self.trace: Optional[Path] = folder / f"{name}.jsonl"
        self.events = Events(name)
        # The path of a socket has 107 bytes at most, which the folder of a test may exceed.
        self._near = Path(tempfile.mkdtemp(prefix="mqmodem-"))
        fifo, control = self._near / "events.jsonl", self._near / "control"
        self._reader = Reader(fifo, folder / f"{name}.jsonl", self.events)
        asked = ["serve", "--pty", "--name", name, "--control", str(control), "--trace", str(fifo)]
        with ExitStack() as undo:
            undo.callback(self._leave)
            self._process = Program([self.program, *asked, *words], folder / f"{name}.log")
            undo.callback(self._process.stop)
            self.port = self._process.first_line()
            self._control = Control(control)
            undo.pop_all()
        self._reader.start()

    def control(self) -> Control:
        """Its control socket."""
        return self._control

    def said(self, line: str, host: bool) -> None:
        """Its own trace tells that."""

    def note(self, text: str) -> None:
        """Puts a note into the events, and waits for it: then all that came before is here."""
        if self._process.runs:
            before = self.events[-1].seq if len(self.events) else 0
            self._control.ask(f"note {text}")
            self.events.wait(lambda it: it.seq > before and it.get("text") == text, _SETTLES)

    @property
    def end(self) -> Optional[str]:
        """What it said when it ended by itself; nothing while it runs."""
        return None if self._process.runs else self._process.said()

    def stop(self) -> None:
        """Ends it in order."""
        self._control.close()
        self._process.stop()
        self._leave()

    def _leave(self) -> None:
        self._reader.finish()
        shutil.rmtree(self._near, ignore_errors=True)


class Device:
    """A module at a serial port. All that is known of it is what goes over that port."""

    trace: Optional[Path] = None
    end: Optional[str] = None

    def __init__(self, name: str, port: str, folder: Path, program: Optional[str]) -> None:
        path, _, speed = port.partition(",")
        self.port = path
        self.speed = int(speed) if speed else None
        self.folder = folder
        self.program = find(program)
        self.events = Events(name)
        self._numbers = count(1)

    def control(self) -> Control:
        """Not to be had."""
        raise NotHere("nothing can be made to go wrong with a real module: it has no faults on demand")

    def said(self, line: str, host: bool) -> None:
        """A line has passed. What the host gives a command may be a secret."""
        text = line.partition("=")[0] + "=***" if host and "=" in line else line
        self._tell(type="line", dir="in" if host else "out", text=text)

    def note(self, text: str) -> None:
        """Puts a note into the events."""
        self._tell(type="note", text=text)

    def stop(self) -> None:
        """It stays."""
        self.events.end()

    def _tell(self, **values: str) -> None:
        when = {"seq": next(self._numbers), "t": time.time_ns() // 1000}
        self.events.add(Event(when, modem=self.events.modem, **values))
