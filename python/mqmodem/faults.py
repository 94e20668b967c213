"""Faults on demand; docs/faults.md has the words."""

from types import TracebackType
from typing import Optional, Type

from mqmodem.control import Control
from mqmodem.errors import ControlError, NoEvent, NotFired
from mqmodem.events import Events


class Fault:
    """A fault, in force from when it was made. As a context it ends with its block.

    It must act: one that never did fails the block, or else the test at its end, unless it was
    made with `required=False`.
    """

    def __init__(self, words: str, control: Control, events: Events, required: bool = True) -> None:
        self.words = words
        self._control = control
        self._events = events
        self._open = required
        self.number = int(control.ask(f"fault {words}"))

    @property
    def fired(self) -> bool:
        """Whether it has acted."""
        for line in self._control.list():
            number, state, _ = line.split(" ", 2)
            if int(number) == self.number:
                return state == "fired"
        return self._control.wait(self.number, 1)

    def wait(self, within: float = 5.0) -> None:
        """Waits until it has acted."""
        if not self._control.wait(self.number, within):
            missing = f"the fault `{self.words}` did not act within {within:g} s"
            raise NoEvent(missing + self._events.tail())

    def clear(self) -> None:
        """Ends it. What was lost or late stays so."""
        try:
            self._control.ask(f"clear {self.number}")
        except ControlError:
            # It has ended by itself.
            pass

    def check(self) -> None:
        """Ends it, and fails if it has to act and never did."""
        self.clear()
        is_open, self._open = self._open, False
        if is_open and not self._control.wait(self.number, 1):
            missing = f"the fault `{self.words}` never acted: nothing came that it is for"
            raise NotFired(missing + self._events.tail())

    def __enter__(self) -> "Fault":
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        if error is None:
            self.check()
        else:
            # What went wrong first is what is to be told.
            self._open = False
            self.clear()
