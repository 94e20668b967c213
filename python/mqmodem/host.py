"""A program under test that is the host of a modem."""

import os
import signal
import subprocess
from pathlib import Path
from typing import Callable, Mapping, Optional, Sequence

from mqmodem.block import EndsWithBlock
from mqmodem.errors import NoEvent, NotStarted


class Host(EndsWithBlock):
    """A program with a port of its own; its output is in `log`. It ends with its block."""

    def __init__(
        self,
        words: Sequence[str],
        log: Path,
        env: Optional[Mapping[str, str]],
        ends: float,
        left: Callable[[], None],
    ) -> None:
        self.words = list(words)
        self.log = log
        self._ends = ends
        self._left = left
        with open(log, "wb") as output:
            try:
                # A group of its own, so that it ends with all its children.
                self.process = subprocess.Popen(
                    self.words,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, **(env or {})},
                    start_new_session=True,
                )
            except OSError as error:
                raise NotStarted(f"{self.words[0]}: {error.strerror}") from error

    @property
    def output(self) -> str:
        """What it has printed so far."""
        return self.log.read_text(errors="backslashreplace")

    def wait(self, within: float = 10.0) -> int:
        """Waits until it ends by itself, and returns its exit code."""
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            raise NoEvent(f"{self.words[0]} did not end within {within:g} s") from None

    def close(self) -> None:
        """The same as `stop`, at the end of its block."""
        self.stop()

    def stop(self) -> None:
        """Ends it, and what it has started."""
        self._signal(signal.SIGTERM)
        try:
            self.process.wait(self._ends)
        except subprocess.TimeoutExpired:
            pass
        self._signal(signal.SIGKILL)
        self.process.wait()
        self._left()

    def _signal(self, number: int) -> None:
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass
