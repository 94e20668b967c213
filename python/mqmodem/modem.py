"""A modem and its port, seen from the host."""

import re
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Mapping, Optional, Protocol, Sequence, Union

from mqmodem.block import EndsWithBlock
from mqmodem.control import Control
from mqmodem.dialects import Step, filled, words_of
from mqmodem.errors import NoAnswer, NoEvent, Refused
from mqmodem.events import Event, Events
from mqmodem.faults import Fault
from mqmodem.host import Host
from mqmodem.port import Port
from mqmodem.program import unsolicited
from mqmodem.reply import Answer, Reply
from mqmodem.served import Device, Served

_CONNECTS = 30.0
_LONGEST_NOTE = 500
_PLAIN = re.compile(r'[ !#-\[\]-~]*')


class Address(Protocol):
    """Where a broker listens."""

    host: str
    port: int


@dataclass
class _Urc:
    text: str
    taken: bool = False


class Modem(EndsWithBlock):
    """A modem. Its port is opened when the test speaks to it for the first time."""

    def __init__(
        self, name: str, dialect: str, place: Union[Served, Device], ends_with: ExitStack
    ) -> None:
        self.name = name
        self.dialect = dialect
        self.faults: List[Fault] = []
        self.hosts: List[Host] = []
        self._place = place
        self._ends_with = ends_with
        self._port: Optional[Port] = None
        self._urcs: List[_Urc] = []
        self._host: Optional[Host] = None
        self._told: Optional[Event] = None
        self._messages = 0
        self._connected = False

    @property
    def port(self) -> str:
        """The path of its serial port, for a host program or pyserial."""
        return self._place.port

    @property
    def events(self) -> Events:
        """What it, its host and its broker have said. Of a real module: the lines of its port."""
        return self._place.events

    @property
    def control(self) -> Control:
        """Its control socket."""
        return self._place.control()

    @property
    def folder(self) -> Path:
        """Where its log and its trace are."""
        return self._place.folder

    @property
    def trace(self) -> Optional[Path]:
        """The file that its events are in."""
        return self._place.trace

    @property
    def program(self) -> str:
        """The program it is, or that converts its trace."""
        return self._place.program

    def ask(self, line: str, within: float = 5.0, data: Optional[Union[str, bytes]] = None) -> Reply:
        """Sends a command line and waits for its final result, or for a prompt.

        `data` is sent as it is behind a prompt, and the result that follows is waited for. Where
        `OK` comes before the prompt it is the result.
        """
        port = self._opened()
        self._listen(0)
        begin = time.monotonic()
        self._write(port, line.encode() + b"\r", begin + within)
        self._place.said(line, host=True)
        answer = Answer(line, self._urc_names(), data)
        while not answer.is_whole:
            heard = port.line(begin + within)
            if heard is None:
                name = line.partition("=")[0]
                raise NoAnswer(self._with_events(f"no answer to {name} within {within:g} s"))
            self._place.said(heard, host=False)
            self._write(port, answer.hear(heard), begin + within)
        self._urcs.extend(_Urc(text) for text in answer.urcs)
        return Reply(answer.lines, answer.result, answer.urcs, time.monotonic() - begin)

    def send(self, data: Union[str, bytes], within: float = 5.0) -> None:
        """Sends bytes as they are, such as data behind a prompt, and waits for nothing."""
        sent = data.encode() if isinstance(data, str) else data
        self._write(self._opened(), sent, time.monotonic() + within)

    @property
    def urcs(self) -> List[str]:
        """All unsolicited lines so far."""
        self._listen(0)
        return [urc.text for urc in self._urcs]

    def urc(self, pattern: str, within: float = 5.0) -> "re.Match[str]":
        """The first unsolicited line in which the pattern is found, which may have come already;
        else waits for it. Each line is found once.
        """
        deadline = time.monotonic() + within
        while True:
            for urc in self._urcs:
                found = re.search(pattern, urc.text)
                if found and not urc.taken:
                    urc.taken = True
                    return found
            if not self._listen(deadline):
                raise NoEvent(self._with_events(f"no line with {pattern!r} within {within:g} s"))

    def connect(
        self, broker: Address, client: Optional[str] = None, keepalive: int = 60, clean: bool = True
    ) -> Reply:
        """Connects to a broker, in the words of the dialect."""
        values = {
            "host": broker.host,
            "port": str(broker.port),
            "client": client or self.name,
            "keepalive": str(keepalive),
            "clean": str(int(clean)),
            "kept": str(int(not clean)),
        }
        reply = self._act(words_of(self.dialect).connect, values)
        self._connected = True
        return reply

    def disconnect(self) -> Reply:
        """Leaves the broker, in the words of the dialect."""
        self._connected = False
        return self._act(words_of(self.dialect).disconnect, {})

    def publish(self, topic: str, payload: str, qos: int = 1, retain: bool = False) -> Reply:
        """Publishes a text, in the words of the dialect."""
        for text in (topic, payload):
            if not _PLAIN.fullmatch(text):
                raise ValueError(f"each dialect has quotes of its own for {text!r}; use ask()")
        self._messages = self._messages % 0xFFFF + 1
        values = {
            "topic": topic,
            "topic_length": str(len(topic)),
            "payload": payload,
            "length": str(len(payload)),
            "qos": str(qos),
            "retain": str(int(retain)),
            "id": str(self._messages if qos else 0),
        }
        words = words_of(self.dialect)
        reply = self._act(words.publish, values)
        for step in words.acknowledged[qos]:
            self._await(step, f"the publish to {topic}")
        return reply

    def fault(self, words: str, required: bool = True) -> Fault:
        """Makes something go wrong, from now on; docs/faults.md has the words."""
        fault = Fault(words, self.control, self.events, required)
        self.faults.append(fault)
        return fault

    def check_faults(self) -> None:
        """Fails where one never acted that has to."""
        while self.faults:
            self.faults.pop(0).check()

    def note(self, text: str) -> None:
        """Puts a note into the events. All that happened before is in `events` then."""
        self._place.note(" ".join(text.split())[:_LONGEST_NOTE])

    def run(
        self, words: Sequence[str], env: Optional[Mapping[str, str]] = None, ends: float = 5.0
    ) -> Host:
        """Starts a program of yours that is the host. The test leaves the port to it.

        At the end of its block it gets SIGTERM and, after `ends` seconds, SIGKILL.
        """
        self._leave()
        log = self.folder / f"{self.name}-host-{len(self.hosts) + 1}.log"
        self._told = self.events[-1] if len(self.events) else None
        self._host = Host(words, log, env, ends, self._alone)
        self.hosts.append(self._host)
        return self._host

    def close(self) -> None:
        """Ends the modem, and the program that is its host. A real module leaves its broker."""
        if self._host is not None:
            self._host.stop()
        if self._connected and isinstance(self._place, Device):
            with suppress(NoAnswer, NoEvent, Refused):
                self.disconnect()
        self._leave()
        self._place.stop()
        self._ends_with.close()

    def _act(self, steps: Sequence[Step], values: Dict[str, str]) -> Reply:
        if not steps:
            raise AssertionError("a dialect has words for each")
        for step in steps:
            reply = self._step(filled(step, values))
        return reply

    def _step(self, step: Step) -> Reply:
        reply = self.ask(step.line, _CONNECTS, step.data)
        name = step.line.partition("=")[0]
        if not reply.ok:
            raise Refused(self._with_events(f"{name} was answered with {reply.result}"))
        self._await(step, name)
        return reply

    def _await(self, step: Step, name: str) -> None:
        if step.event is not None:
            said = self.urc(f"^{step.event}$", _CONNECTS)
            if said.group(1) != step.good:
                raise Refused(self._with_events(f"{name} was followed by {said.string}"))

    def _listen(self, deadline: float) -> bool:
        """Takes what has come, and waits for the first line; whether there is a new one."""
        if self._host is not None:
            return self._overhear(deadline)
        port = self._opened()
        line = port.line(deadline)
        fresh = line is not None
        while line is not None:
            self._place.said(line, host=False)
            self._urcs.append(_Urc(line))
            line = port.line(0)
        return fresh

    def _overhear(self, deadline: float) -> bool:
        """The same of what the modem says to a program: its events tell."""

        def is_news(event: Event) -> bool:
            seen = self._told.seq if self._told is not None else 0
            return event.seq > seen and event.get("kind") == "urc"

        fresh = False
        while True:
            event = self.events.wait(is_news, 0 if fresh else deadline - time.monotonic())
            if event is None:
                return fresh
            self._told, fresh = event, True
            self._urcs.append(_Urc(str(event["text"])))

    def _write(self, port: Port, data: bytes, deadline: float) -> None:
        try:
            port.write(data, deadline)
        except TimeoutError as error:
            raise NoAnswer(self._with_events(str(error))) from None

    def _with_events(self, what: str) -> str:
        """Why a test fails, and what came before it."""
        try:
            self.note(what)
        except (NoEvent, OSError):
            # It is about to end; so are its events.
            pass
        if self._place.end is not None:
            what = f"{what}; the program has ended: {self._place.end}"
        return what + self.events.tail()

    def _urc_names(self) -> Sequence[str]:
        return unsolicited(self.program, self.dialect)

    def _opened(self) -> Port:
        if self._host is not None:
            raise RuntimeError(f"the port belongs to {self._host.words[0]} while that runs")
        if self._port is None:
            self._port = Port(self._place.port, self._place.speed)
        return self._port

    def _leave(self) -> None:
        port, self._port = self._port, None
        if port is not None:
            port.close()

    def _alone(self) -> None:
        self._host = None
