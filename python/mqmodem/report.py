"""What a failing test shows and keeps of its modems."""

import re
import shutil
from pathlib import Path
from typing import Iterator, List, Tuple

import pytest

from mqmodem.errors import NoEvent, NotHere
from mqmodem.modem import Modem

SHOWN = 60
"""Events of each modem, and lines of each host, that a report shows."""

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
    trace = f"\n{modem.trace}" if modem.trace is not None else ""
    yield f"mqmodem: {modem.name} ({modem.dialect})", events + trace
    for host in modem.hosts:
        yield f"mqmodem: {host.words[0]}", _end_of(host.output)


def _note(modem: Modem, text: str) -> None:
    try:
        modem.note(text)
    except (NoEvent, OSError):
        # It has ended, as at the end of a test.
        pass


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
