"""A small client of MQTT 3.1.1, with which tests see what reached the broker."""

import socket
import struct
import threading
import time
from dataclasses import dataclass
from typing import Callable, List, Tuple

from mqmodem.errors import NoEvent

_PATIENCE = 10.0
_CONNECT, _CONNACK, _PUBLISH, _PUBACK = 0x10, 0x20, 0x30, 0x40
_SUBSCRIBE, _SUBACK, _DISCONNECT = 0x82, 0x90, 0xE0


@dataclass(frozen=True)
class Message:
    """A message as the broker passed it on."""

    topic: str
    payload: bytes
    qos: int
    retain: bool


class Client:
    """A client with a clean session, and every message that it got."""

    def __init__(self, port: int, client: str, host: str = "127.0.0.1") -> None:
        self.messages: List[Message] = []
        self._answers: List[Tuple[int, bytes]] = []
        self._ended = False
        self._id = 0
        self._news = threading.Condition()
        self._socket = socket.create_connection((host, port), _PATIENCE)
        self._socket.settimeout(None)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        # Without a keep-alive: the broker goes with the test.
        self._send(_CONNECT, _text("MQTT") + b"\x04\x02\0\0" + _text(client))
        answer = self._answer(_CONNACK, b"")
        if answer[1]:
            raise NoEvent(f"the broker refuses the test's client: code {answer[1]}")

    def subscribe(self, *filters: str) -> None:
        """Subscribes with QoS 1, and waits until the broker has it."""
        number = self._next()
        topics = b"".join(_text(topic) + b"\x01" for topic in filters)
        self._send(_SUBSCRIBE, number + topics)
        self._answer(_SUBACK, number)

    def publish(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> None:
        """Publishes; with QoS 1 the broker has it then."""
        number = self._next() if qos else b""
        first = _PUBLISH | qos << 1 | int(retain)
        self._send(first, _text(topic) + number + payload)
        if qos:
            self._answer(_PUBACK, number)

    def wait(self, until: Callable[[List[Message]], bool], within: float) -> bool:
        """Waits until the messages are so; whether they are."""
        with self._news:
            return self._news.wait_for(lambda: until(self.messages) or self._ended, within)

    def close(self) -> None:
        """Leaves the broker, if it is still there."""
        try:
            self._send(_DISCONNECT, b"")
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._thread.join()
        self._socket.close()

    def _next(self) -> bytes:
        self._id = self._id % 0xFFFF + 1
        return struct.pack("!H", self._id)

    def _send(self, first: int, body: bytes) -> None:
        length, left = b"", len(body)
        while True:
            left, digit = divmod(left, 128)
            length += bytes([digit | (0x80 if left else 0)])
            if not left:
                break
        self._socket.sendall(bytes([first]) + length + body)

    def _answer(self, first: int, number: bytes) -> bytes:
        """Waits for the packet that answers."""
        deadline = time.monotonic() + _PATIENCE
        with self._news:
            while True:
                for answer in self._answers:
                    if answer[0] == first and answer[1].startswith(number):
                        self._answers.remove(answer)
                        return answer[1]
                left = deadline - time.monotonic()
                if self._ended or left <= 0:
                    raise NoEvent("the broker does not answer the test's client")
                self._news.wait(left)

    def _read(self) -> None:
        try:
            with self._socket.makefile("rb") as packets:
                while self._take(packets.read):
                    pass
        except (OSError, struct.error, IndexError):
            # The broker is gone, maybe in the middle of a packet.
            pass
        with self._news:
            self._ended = True
            self._news.notify_all()

    def _take(self, read: Callable[[int], bytes]) -> bool:
        first = read(1)
        if not first:
            return False
        length = shift = 0
        while True:
            digit = read(1)[0]
            length |= (digit & 0x7F) << shift
            shift += 7
            if not digit & 0x80:
                break
        body = read(length)
        with self._news:
            if first[0] & 0xF0 == _PUBLISH:
                self._keep(first[0], body)
            else:
                self._answers.append((first[0], body))
            self._news.notify_all()
        return True

    def _keep(self, first: int, body: bytes) -> None:
        end = 2 + struct.unpack_from("!H", body)[0]
        topic, rest = body[2:end].decode(errors="backslashreplace"), body[end:]
        qos = first >> 1 & 3
        if qos:
            self._send(_PUBACK, rest[:2])
            rest = rest[2:]
        self.messages.append(Message(topic, rest, qos, bool(first & 1)))


def matches(pattern: str, topic: str) -> bool:
    """Whether a topic fits a filter, which may have `+` and `#`."""
    levels, names = pattern.split("/"), topic.split("/")
    if levels[-1] == "#":
        levels.pop()
        names = names[: len(levels)]
    return len(levels) == len(names) and all(
        level in ("+", name) for level, name in zip(levels, names)
    )


def _text(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack("!H", len(encoded)) + encoded
