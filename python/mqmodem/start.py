"""How a modem is started, or found."""

import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Iterator, List, Optional, Protocol, Tuple

from mqmodem.modem import Modem
from mqmodem.served import Device, Served

_NATIVE = "native"


class ModemFactory(Protocol):
    """The fixture `modem_factory`: starts modems that end with the test."""

    def __call__(self, dialect: Optional[str] = None, **flags: object) -> Modem:
        """The flags are those of `serve`."""


def serve(
    name: str = "modem",
    folder: Optional[Path] = None,
    program: Optional[str] = None,
    dialect: Optional[str] = None,
    **flags: object,
) -> Modem:
    """Starts a modem on a pseudo-terminal of its own.

    `flags` are those of `mqmodem serve`, such as `strict=True`, `gap=0` or `config="gw.toml"`.
    Its files go into `folder`; without one they are gone when it is closed.
    """
    words = [word for flag, value in flags.items() for word in _flag(flag, value)]
    if dialect is not None:
        words += ["--dialect", dialect]
    with _files(folder) as (place, keep):
        served = Served(name, place, words, program)
        return Modem(name, dialect or _NATIVE, served, keep.pop_all())


def attach(
    port: str,
    name: str = "modem",
    folder: Optional[Path] = None,
    program: Optional[str] = None,
    dialect: Optional[str] = None,
) -> Modem:
    """A real module at a serial port: `DEVICE`, or `DEVICE,BAUD`."""
    with _files(folder) as (place, keep):
        device = Device(name, port, place, program)
        return Modem(name, dialect or _NATIVE, device, keep.pop_all())


@contextmanager
def _files(folder: Optional[Path]) -> Iterator[Tuple[Path, ExitStack]]:
    """Where files of a modem go, and what ends with it: the folder, where it was made for it."""
    with ExitStack() as keep:
        if folder is None:
            folder = Path(keep.enter_context(tempfile.TemporaryDirectory(prefix="mqmodem-")))
        yield folder, keep


def _flag(name: str, value: object) -> List[str]:
    flag = "--" + name.replace("_", "-")
    if value is None or value is False:
        return []
    if value is True:
        return [flag]
    several = value if isinstance(value, (list, tuple)) else [value]
    return [word for one in several for word in (flag, str(one))]
