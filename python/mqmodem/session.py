"""What the fixtures of one test start."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any, List, Optional

import pytest

from mqmodem.broker import Broker, ForeignBroker
from mqmodem.errors import NotHere, NotStarted
from mqmodem.modem import Modem
from mqmodem.start import attach, serve

_MQTT = 1883


class Session:
    """The modems of a test."""

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self.modems: List[Modem] = []
        self._config = request.config
        # Of pytest-xdist.
        self._workers: int = getattr(request.config, "workerinput", {}).get("workercount", 1)
        self._test = request.node.nodeid
        self._beside = Path(request.node.path).parent
        self._folder: Path = request.getfixturevalue("tmp_path")

    def start(self, dialect: Optional[str] = None, **flags: Any) -> Modem:
        """Starts one more; a path in `config` is relative to the file of the test."""
        count = len(self.modems) + 1
        name = "modem" if count == 1 else f"modem-{count}"
        dialect = dialect or self._config.getoption("--mqmodem-dialect")
        program = self._config.getoption("--mqmodem")
        device = self._config.getoption("--mqmodem-port")
        if device is None:
            if "config" in flags:
                flags["config"] = self._beside / flags["config"]
            modem = serve(name, self._folder, program, dialect, **flags)
        elif self._workers != 1:
            raise NotStarted("there is one real module; run its tests one by one, without -n")
        elif count == 1:
            modem = attach(device, name, self._folder, program, dialect)
        else:
            raise NotHere("there is one real module, and the test wants more")
        self.modems.append(modem)
        modem.note(f"test {self._test}")
        return modem

    def close(self) -> None:
        """Ends them all."""
        with ExitStack() as ends:
            for modem in self.modems:
                ends.callback(modem.close)


def open_broker(request: pytest.FixtureRequest) -> Broker:
    """The broker of a test."""
    where: Optional[str] = request.config.getoption("--mqmodem-broker")
    if where is not None:
        host, _, port = where.partition(":")
        return ForeignBroker(host, int(port or _MQTT))
    if request.config.getoption("--mqmodem-port") is not None:
        raise NotHere("a real module needs a broker that it can reach: --mqmodem-broker HOST[:PORT]")
    folder: Path = request.getfixturevalue("tmp_path")
    return Broker(folder=folder, program=request.config.getoption("--mqmodem"))
