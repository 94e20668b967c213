"""The programs tests are run with: where they are, and how they are started and ended."""

import json
import os
import re
import shutil
import subprocess
import sysconfig
import time
from functools import lru_cache
from pathlib import Path
from typing import IO, List, Optional, Tuple

from mqmodem.errors import NotStarted
from mqmodem.port import is_ready

PATIENCE = 10.0
"""Seconds a program may take to start."""
_ENDS = 5.0
"""Seconds a program may take to end in order."""


def find(wanted: Optional[str] = None) -> str:
    """The path of mqmodem: `wanted`, else `$MQMODEM`, else that of this package, else on the path."""
    named = wanted or os.environ.get("MQMODEM")
    if named:
        found = shutil.which(named)
        if found is None:
            raise NotStarted(f"there is no program {named}; give its path by --mqmodem or in $MQMODEM")
        return found
    ours = Path(sysconfig.get_path("scripts"), "mqmodem")
    found = str(ours) if ours.is_file() else shutil.which("mqmodem")
    if found is None:
        raise NotStarted("mqmodem is not installed; write: pip install mqmodem")
    return found


@lru_cache(maxsize=None)
def unsolicited(program: str, dialect: str) -> Tuple[str, ...]:
    """What the lines begin with that a dialect declares as unsolicited."""
    words = [program, "commands", "--format", "json", "--dialect", dialect]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        raise NotStarted(done.stderr.strip())
    forms = [urc["syntax"] for urc in json.loads(done.stdout)["urcs"]]
    return tuple(re.split(r'[:<"]', form)[0].rstrip() for form in forms)


class Program:
    """A program that runs beside a test; what it writes to standard error goes to a file."""

    def __init__(self, words: List[str], log: Path) -> None:
        self.log = log
        with open(log, "wb") as errors:
            try:
                self._process = subprocess.Popen(
                    words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
                )
            except OSError as error:
                raise NotStarted(f"{words[0]}: {error.strerror}") from error

    def first_line(self) -> str:
        """What it prints as soon as it serves."""
        assert self._process.stdout is not None
        line = _line(self._process.stdout, PATIENCE)
        if not line:
            self.stop()
            said = self.said() or "it printed nothing in time"
            raise NotStarted(said)
        return line

    def said(self) -> str:
        """What it wrote to standard error."""
        return self.log.read_text(errors="backslashreplace").strip()

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def stop(self) -> None:
        """Ends it in order, or by force where that takes too long."""
        self._process.terminate()
        try:
            self._process.wait(_ENDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def kill(self) -> None:
        """Ends it at once."""
        self._process.kill()
        self.stop()


def _line(out: IO[bytes], patience: float) -> str:
    """The next line, or what came of it in time."""
    deadline = time.monotonic() + patience
    line = b""
    while not line.endswith(b"\n"):
        left = deadline - time.monotonic()
        if left <= 0 or not is_ready(out.fileno(), left):
            break
        byte = os.read(out.fileno(), 1)
        if not byte:
            break
        line += byte
    return line.decode().strip()
