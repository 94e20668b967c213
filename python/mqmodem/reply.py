"""What a module answers to a command."""

import re
from dataclasses import dataclass
from typing import List, Optional, Sequence

PROMPT = ">"
_FINAL = re.compile(r"OK|ERROR|\+CM[ES] ERROR:.*|CONNECT( \d+)?|NO CARRIER|NO ANSWER|BUSY|NO DIALTONE")
_CME = re.compile(r"\+CME ERROR: ?(\d+)")


@dataclass(frozen=True)
class Reply:
    """The answer to a command, without echo."""

    lines: List[str]
    """The lines before the result, without those that are unsolicited."""
    result: str
    """The final result, such as `OK` or `+CME ERROR: 3`, or the prompt `>`."""
    urcs: List[str]
    """The unsolicited lines that came meanwhile; `Modem.urcs` has them, too."""
    seconds: float
    """How long it took."""

    @property
    def ok(self) -> bool:
        """Whether the result is `OK`."""
        return self.result == "OK"

    @property
    def cme(self) -> Optional[int]:
        """The number behind `+CME ERROR:`, where there is one."""
        found = _CME.fullmatch(self.result)
        return int(found.group(1)) if found else None


class Answer:
    """An answer that is not whole yet."""

    def __init__(self, line: str, urc_names: Sequence[str]) -> None:
        self.lines: List[str] = []
        self.urcs: List[str] = []
        self.result: Optional[str] = None
        self._echo = line.split("\r")
        asked = line.upper()
        self._urc_names = tuple(name for name in urc_names if name.upper() not in asked)

    def hear(self, line: str) -> None:
        """One more line has come."""
        if self._echo and line == self._echo[0]:
            self._echo.pop(0)
        elif line == PROMPT or _FINAL.fullmatch(line):
            self.result = line
        elif line.startswith(self._urc_names):
            self.urcs.append(line)
        else:
            self.lines.append(line)
