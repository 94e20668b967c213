"""What a failing test shows and keeps of its modems."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Iterator, List, Tuple

import pytest

from mqmodem.errors import NoEvent, NotHere
from mqmodem.modem import Modem

SHOWN = 60
"""Events of each modem, and lines of each host, that a report shows."""
_CONVERTS = 30.0
_FORMS = ("pcapng", "chat")

Section = Tuple[str, str]


def tell(
    item: pytest.Item,
    error: "pytest.ExceptionInfo[BaseException]",
    report: pytest.TestReport,
    modems: List[Modem],
) -> None:
    """Adds to the report of a test that failed. What is not to be had skips it instead."""
    if isinstance(error.value, NotHere):
        path, line, _ = item.location
        report.outcome = "skipped"
        report.longrepr = (str(item.config.rootpath / path), (line or 0) + 1, f"Skipped: {error.value}")
        return
    for modem in modems:
        _note(modem, f"test {report.nodeid}: failed in {report.when}")
        report.sections.extend(_sections(modem))
    keep = item.config.getoption("--mqmodem-keep")
    if keep is not None and modems:
        _keep(modems[0].folder, Path(keep, _name(report.nodeid)))


def _sections(modem: Modem) -> Iterator[Section]:
    events = "\n".join(modem.events.last(SHOWN))
    files = "\n".join(_files(modem))
    yield f"mqmodem: {modem.name} ({modem.dialect})", f"{events}\n{files}".strip("\n")
    for host in modem.hosts:
        yield f"mqmodem: {host.words[0]}", _end_of(host.output)


def _note(modem: Modem, text: str) -> None:
    try:
        modem.note(text)
    except (NoEvent, OSError):
        # It has ended, as at the end of a test.
        pass


def _files(modem: Modem) -> List[str]:
    """The files there are of a modem, after its trace was converted for those who read it."""
    trace = modem.trace
    if trace is None:
        return []
    return [str(trace), *(_converted(modem.program, trace, form) for form in _FORMS)]


def _converted(program: str, trace: Path, form: str) -> str:
    """The file in another form, or why there is none."""
    target = trace.with_suffix(f".{form}")
    words = [program, "trace", str(trace), "--to", form, "-o", str(target)]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=_CONVERTS)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"no .{form}: {error}"
    return str(target) if done.returncode == 0 else f"no .{form}: {done.stderr.strip()}"


def _end_of(output: str) -> str:
    return "\n".join(output.splitlines()[-SHOWN:])


def _keep(folder: Path, target: Path) -> None:
    """Copies what is in the folder of a test; sockets and links are left out."""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.is_symlink():
            copy = target / file.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, copy)


def _name(test: str) -> str:
    """The name of a test as that of a folder."""
    return re.sub(r"[^\w.-]+", "-", test).strip("-")
