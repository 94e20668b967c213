"""What a modem, its host and its broker said to each other."""

import json
import os
import re
import threading
import time
from collections import deque
from itertools import islice
from pathlib import Path
from typing import Any, Callable, Deque, Dict, Iterator, List, Optional

from mqmodem.errors import NoEvent

KEPT = 100_000
"""Events that are kept of a modem; its trace has all."""


class Event(Dict[str, Any]):
    """One event; docs/trace.md describes its keys. As text it is a line like those of a chat."""

    @property
    def seq(self) -> int:
        """Its number among those of its modem."""
        return int(self.get("seq", 0))

    def __str__(self) -> str:
        kind, text = self.get("type"), self.get("text", "")
        if kind == "line":
            arrow = ">" if self.get("dir") == "in" else "<"
            return f"{arrow} {text}"
        if kind == "packet":
            arrow = "<" if self.get("dir") == "out" else ">"
            link = f".{self['link']}" if self.get("link") else ""
            return f"broker{link} {arrow} {text}"
        if kind == "fault":
            return f"fault {self.get('id')} {self.get('state')}: {self.get('words')}"
        if kind == "note":
            return f"note {text}"
        rest = [f"{key}={value}" for key, value in self.items() if key not in _NOT_SHOWN]
        return " ".join([str(kind), *filter(None, [self.get("what")]), *rest])


_NOT_SHOWN = {"type", "what", "seq", "t", "modem"}


class Events:
    """The events of a modem so far, oldest first; they come in while the test runs."""

    def __init__(self, modem: str) -> None:
        self.modem = modem
        self._all: Deque[Event] = deque(maxlen=KEPT)
        self._count = 0
        self._begin: Optional[int] = None
        self._ended = False
        self._news = threading.Condition()

    def expect(self, within: float = 5.0, after: Optional[Event] = None, **wanted: Any) -> Event:
        """The first event with these values, which may have come already; else waits for it.

        `packet="CONNECT"` stands for `type="packet", name="CONNECT"`, and `line="OK"` for
        `type="line", text="OK"`. A compiled pattern is searched in the value. With `after=` only
        what came behind that event counts.
        """
        keys = _keys(wanted)
        begin = after.seq if after is not None else 0
        found = self.wait(lambda event: event.seq > begin and _fits(event, keys), within)
        if found is None:
            words = ", ".join(f"{key}={_word(value)}" for key, value in wanted.items())
            raise NoEvent(f"no event with {words} within {within:g} s{self.tail()}")
        return found

    def wait(self, fits: Callable[[Event], bool], within: float) -> Optional[Event]:
        """The first event that fits, or nothing where none does in time."""
        deadline = time.monotonic() + within
        seen = 0
        with self._news:
            while True:
                for event in self._newest(self._count - seen):
                    if fits(event):
                        return event
                seen = self._count
                left = deadline - time.monotonic()
                if self._ended or left <= 0:
                    return None
                self._news.wait(left)

    def last(self, count: int) -> List[str]:
        """The newest as lines, each with the seconds since the first; echoes are left out."""
        with self._news:
            events = [event for event in self._all if event.get("kind") != "echo"][-count:]
        return [f"{self._seconds(event):9.3f} s  {event}" for event in events]

    def tail(self, count: int = 20) -> str:
        """The newest, to be put behind a message."""
        lines = self.last(count)
        return "\n".join([f"; the last events of {self.modem}:" if lines else "", *lines])

    def add(self, event: Event) -> None:
        """One more has happened."""
        with self._news:
            if "t" in event and self._begin is None:
                self._begin = event["t"]
            self._all.append(event)
            self._count += 1
            self._news.notify_all()

    def end(self) -> None:
        """No more will come."""
        with self._news:
            self._ended = True
            self._news.notify_all()

    def _newest(self, count: int) -> List[Event]:
        """So many of the newest, as far as they are kept, oldest first."""
        return list(islice(reversed(self._all), count))[::-1]

    def _seconds(self, event: Event) -> float:
        begin = self._begin or 0
        return (int(event.get("t", begin)) - begin) / 1e6

    def __iter__(self) -> Iterator[Event]:
        with self._news:
            return iter(list(self._all))

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, index: int) -> Event:
        return self._all[index]


class Reader:
    """Reads events of a modem from a FIFO while they come, and keeps them in a file."""

    def __init__(self, fifo: Path, file: Path, events: Events) -> None:
        os.mkfifo(fifo, 0o600)
        # Who opens it for reading alone would wait for the writer.
        self._fifo = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        os.set_blocking(self._fifo, True)
        self._file = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._events = events
        self._thread = threading.Thread(target=self._read, daemon=True)

    def start(self) -> None:
        """Begins, as soon as the writer has opened the FIFO."""
        self._thread.start()

    def finish(self) -> None:
        """Waits until all is read; the writer has closed the FIFO."""
        if self._thread.ident is not None:
            self._thread.join()
        for file in [self._fifo, self._file]:
            os.close(file)

    def _read(self) -> None:
        try:
            self._pass_on()
        finally:
            self._events.end()

    def _pass_on(self) -> None:
        rest = b""
        while True:
            part = os.read(self._fifo, 65536)
            if not part:
                break
            *lines, rest = (rest + part).split(b"\n")
            for line in lines:
                os.write(self._file, line + b"\n")
                self._tell(line)

    def _tell(self, line: bytes) -> None:
        event = Event(json.loads(line))
        if event.get("type") != "trace":
            self._events.add(event)


def _keys(wanted: Dict[str, Any]) -> Dict[str, Any]:
    keys = dict(wanted)
    for short, (kind, key) in {"packet": ("packet", "name"), "line": ("line", "text")}.items():
        if short in keys:
            keys.update({"type": kind, key: keys.pop(short)})
    return keys


def _fits(event: Event, keys: Dict[str, Any]) -> bool:
    return all(_is(event.get(key), value) for key, value in keys.items())


def _is(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, re.Pattern):
        return isinstance(value, str) and wanted.search(value) is not None
    return bool(value == wanted)


def _word(value: Any) -> str:
    return repr(value.pattern) if isinstance(value, re.Pattern) else repr(value)
