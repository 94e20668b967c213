"""The pytest plugin: fixtures, and what a failing test shows of its modems.

It is loaded wherever the package is installed, so it imports little before a fixture is used.
"""

import sys
from typing import TYPE_CHECKING, Any, Callable, Generator, Iterator, List

import pytest

if TYPE_CHECKING:
    from mqmodem import Broker, Control, Fault, Modem, ModemFactory

_MODEMS = pytest.StashKey["List[Modem]"]()

_MARKER = """\
modem(dialect=None, strict=False, config=None, **flags): how the modem of this test is started; \
each other keyword is a flag of `mqmodem serve`, such as gap=0"""


def pytest_addoption(parser: pytest.Parser) -> None:
    """What can be said on the command line of pytest."""
    group = parser.getgroup("mqmodem")
    add = group.addoption
    add("--mqmodem", metavar="PATH", help="the program; else $MQMODEM, else the one installed")
    add(
        "--mqmodem-port",
        metavar="DEVICE[,BAUD]",
        help="test a real module at this port; what needs faults or events of mqmodem is skipped",
    )
    add(
        "--mqmodem-broker",
        metavar="HOST[:PORT]",
        help="the broker a real module can reach; checks of what reached it are skipped",
    )
    add(
        "--mqmodem-dialect",
        metavar="NAME[:MODEL]",
        help="the command set of modems whose test names none",
    )
    add("--mqmodem-keep", metavar="DIR", help="keep traces and logs of failing tests there")


def pytest_configure(config: pytest.Config) -> None:
    """The marker is known."""
    config.addinivalue_line("markers", _MARKER)


@pytest.fixture
def modem_factory(request: pytest.FixtureRequest) -> "Iterator[ModemFactory]":
    """Starts modems that end with the test: `modem_factory(dialect="quectel", strict=True)`."""
    from mqmodem.session import Session

    session = Session(request)
    request.node.stash[_MODEMS] = session.modems
    yield session.start
    session.close()


@pytest.fixture
def modem(request: pytest.FixtureRequest, modem_factory: "ModemFactory") -> "Modem":
    """A modem for this test alone; the marker `modem` says how it is started."""
    flags: "dict[str, Any]" = {}
    for marker in reversed(list(request.node.iter_markers("modem"))):
        flags.update(marker.kwargs)
    return modem_factory(**flags)


@pytest.fixture
def broker(request: pytest.FixtureRequest) -> "Iterator[Broker]":
    """A broker for this test alone: Mosquitto where it is installed, else that of mqmodem."""
    from mqmodem.session import open_broker

    opened = open_broker(request)
    yield opened
    opened.close()


@pytest.fixture
def fault(modem: "Modem") -> "Callable[..., Fault]":
    """Makes something go wrong with `modem` until the test ends: `fault("broker lose PUBACK")`."""
    # A real module has none: that skips the test now.
    assert modem.control is not None
    return modem.fault


@pytest.fixture
def control(modem: "Modem") -> "Control":
    """The control socket of `modem`."""
    return modem.control


@pytest.hookimpl(trylast=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """A test that has passed fails if a fault of it never acted."""
    for modem in item.stash.get(_MODEMS, []):
        _check(modem)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: "pytest.CallInfo[None]"
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failing test shows what its modems have said, and keeps it."""
    report = yield
    if report.failed and call.excinfo is not None and "mqmodem.errors" in sys.modules:
        from mqmodem import report as ours

        ours.tell(item, call.excinfo, report, item.stash.get(_MODEMS, []))
    return report


def _check(modem: "Modem") -> None:
    from mqmodem.errors import NotFired

    try:
        modem.check_faults()
    except NotFired as missing:
        pytest.fail(str(missing), pytrace=False)
