"""What a module answers to a command."""

import re
from dataclasses import dataclass
from typing import List, Optional, Sequence, Union

PROMPT = ">"
_PROMPTS = (PROMPT, "CONNECT", "DOWNLOAD")
"""What a module says where it wants data."""
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

    def __init__(
        self, line: str, urc_names: Sequence[str], data: Optional[Union[str, bytes]] = None
    ) -> None:
        self.lines: List[str] = []
        self.urcs: List[str] = []
        self.result = ""
        self._data = data.encode() if isinstance(data, str) else data
        self._echo = line.split("\r")
        asked = line.upper()
        self._urc_names = tuple(name for name in urc_names if name.upper() not in asked)

    @property
    def is_whole(self) -> bool:
        """Whether the result is there, and no data is to be sent any more."""
        return self.result != "" and (self._data is None or self.result != "OK")

    def hear(self, line: str) -> bytes:
        """One more line has come; what the host sends then."""
        if self._data is not None and line in _PROMPTS:
            data, self._data = self._data, None
            return data
        if self._echo and line == self._echo[0]:
            self._echo.pop(0)
        elif line == PROMPT or _FINAL.fullmatch(line):
            self.result = line
        elif line.startswith(self._urc_names):
            self.urcs.append(line)
        else:
            self.lines.append(line)
        return b""
