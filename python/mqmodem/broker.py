"""A broker on loopback for one test, and what reached it."""

import itertools
import os
import shutil
import socket
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import List, Optional, Union

from mqmodem.block import EndsWithBlock
from mqmodem.errors import NoEvent, NotHere, NotStarted
from mqmodem.mqtt import Client, Message, matches
from mqmodem.program import PATIENCE, Program, find

_SERVERS = ("/usr/sbin", "/usr/local/sbin")
_MARK = "mqmodem/mark/"
_TRIES = 5
_CONFIGURATION = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_queued_messages 0
set_tcp_nodelay true
log_dest stderr
log_type error
log_type notice
log_type information
"""


def mosquitto() -> Optional[str]:
    """Where Mosquitto is, if anywhere: Debian keeps it where users have no path."""
    path = os.pathsep.join([os.environ.get("PATH", ""), *_SERVERS])
    return shutil.which("mosquitto", path=path)


class Broker(EndsWithBlock):
    """A broker that keeps its port when it is stopped. All that it passes on is recorded.

    It is `kind="mosquitto"`, or `kind="mqmodem"`, the broker of this package; without a kind it is
    Mosquitto where there is one.
    """

    host: str = "127.0.0.1"
    kind: str
    port: int

    def __init__(
        self, kind: Optional[str] = None, folder: Optional[Path] = None, program: Optional[str] = None
    ) -> None:
        self.kind = kind or ("mosquitto" if mosquitto() else "mqmodem")
        if self.kind not in ("mosquitto", "mqmodem"):
            raise ValueError(f'a broker is of the kind "mosquitto" or "mqmodem", not "{kind}"')
        self.port = 0
        self._program = program
        self._own = None if folder else tempfile.TemporaryDirectory(prefix="mqmodem-")
        self.folder = folder or Path(self._own.name if self._own else "")
        self._marks = itertools.count(1)
        self._before: List[Message] = []
        self._server: Optional[Program] = None
        self._client: Optional[Client] = None
        try:
            self.start()
        except BaseException:
            self.close()
            raise

    def start(self) -> None:
        """Starts it again, empty, on the port that it had."""
        if self._server is not None:
            return
        begin = self._mosquitto if self.kind == "mosquitto" else self._embedded
        self._server = begin()
        self._client = Client(self.port, "mqmodem-test")
        self._client.subscribe("#", "$sys/#")

    def stop(self) -> None:
        """Stops it at once, as by a loss of power, after what it has acknowledged was recorded."""
        server, self._server = self._server, None
        client, self._client = self._client, None
        if client is not None:
            self._settle(client)
        if server is not None:
            server.kill()
        if client is not None:
            client.close()
            self._before += client.messages

    def close(self) -> None:
        """Stops it for good."""
        self.stop()
        if self._own is not None:
            self._own.cleanup()

    @property
    def messages(self) -> List[Message]:
        """All it has passed on so far."""
        now = self._client.messages if self._client else []
        return [it for it in [*self._before, *now] if not it.topic.startswith(_MARK)]

    def received(self, topic: str, count: int = 1, within: float = 5.0) -> List[bytes]:
        """The payloads that came at a topic, or at a filter with `+` and `#`.

        Waits until there are `count`, and until all that reached the broker before has been
        counted. Fewer are what came in time.
        """

        def fitting() -> List[bytes]:
            return [it.payload for it in self.messages if matches(topic, it.topic)]

        client = self._client
        if client is not None and client.wait(lambda _: len(fitting()) >= count, within):
            self._settle(client)
        return fitting()

    def publish(
        self, topic: str, payload: Union[str, bytes], qos: int = 1, retain: bool = False
    ) -> None:
        """Has a client of its own publish this."""
        if self._client is None:
            raise NotStarted("the broker was stopped")
        data = payload.encode() if isinstance(payload, str) else payload
        self._client.publish(topic, data, qos, retain)

    def _settle(self, client: Client) -> None:
        """Waits until the broker has passed on all that came before."""
        mark = f"{_MARK}{next(self._marks)}"
        with suppress(NoEvent, OSError):
            # It has ended by itself: then no more will come.
            client.publish(mark, b"")
            client.wait(lambda messages: any(it.topic == mark for it in messages), PATIENCE)

    def _mosquitto(self) -> Program:
        found = mosquitto()
        if found is None:
            raise NotStarted("mosquitto is not installed; on Debian: apt-get install mosquitto")
        file = self.folder / "broker.conf"
        # As root it would become another user, who may not read this.
        user = "user root\n" if os.geteuid() == 0 else ""
        for left in reversed(range(_TRIES)):
            port = self.port or _free_port()
            file.write_text(user + _CONFIGURATION.format(port=port))
            server = Program([found, "-c", str(file)], self.folder / "broker.log")
            if _serves(server):
                self.port = port
                return server
            server.stop()
            # Somebody took the port meanwhile.
            if not left:
                raise NotStarted(f"mosquitto: {server.said()}")
        raise AssertionError

    def _embedded(self) -> Program:
        words = [find(self._program), "broker", "--port", str(self.port)]
        server = Program(words, self.folder / "broker.log")
        self.port = int(server.first_line().rpartition(":")[2])
        return server


class ForeignBroker(Broker):
    """A broker that was there before: a real module connects to it, and nothing of it is seen."""

    kind = "foreign"

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port

    def start(self) -> None:
        """Not to be had."""
        raise _not_seen()

    def stop(self) -> None:
        """Not to be had."""
        raise _not_seen()

    def close(self) -> None:
        """Nothing to do."""

    @property
    def messages(self) -> List[Message]:
        """Not to be had."""
        raise _not_seen()

    def received(self, topic: str, count: int = 1, within: float = 5.0) -> List[bytes]:
        """Not to be had."""
        raise _not_seen()

    def publish(
        self, topic: str, payload: Union[str, bytes], qos: int = 1, retain: bool = False
    ) -> None:
        """Not to be had."""
        raise _not_seen()


def _not_seen() -> NotHere:
    return NotHere("the tests do not see into a broker that was not started by them")


def _serves(server: Program) -> bool:
    """Waits until Mosquitto says that it does, or has ended."""
    deadline = time.monotonic() + PATIENCE
    while server.runs and time.monotonic() < deadline:
        if " running" in server.said():
            return True
        time.sleep(0.001)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
