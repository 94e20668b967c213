"""Each command set connects and publishes, and each broker is one that it does so with."""

import os
import subprocess
from typing import Iterator

import pytest

import mqmodem
from mqmodem import Broker, ModemFactory
from mqmodem.broker import mosquitto
from mqmodem.dialects import words_of


def every_model() -> "list[str]":
    """Those that the program lists, each with its model."""
    listed = subprocess.run(
        [mqmodem.find(), "commands", "--dialects"], capture_output=True, text=True, check=True
    )
    return [line.split()[0] for line in listed.stdout.splitlines()]



@pytest.fixture(params=["mosquitto", "mqmodem"])
def either(request: pytest.FixtureRequest) -> Iterator[Broker]:
    with Broker(request.param) as broker:
        yield broker


@pytest.mark.parametrize("dialect", every_model())
def test_a_dialect_connects_and_publishes(
    dialect: str, modem_factory: ModemFactory, either: Broker
) -> None:
    modem = modem_factory(dialect=dialect, gap=0)
    modem.connect(either, client="pump-7", keepalive=120)
    for qos in (0, 1):
        modem.publish("pump/level", f"{qos}7", qos)
    # Brokers keep the order of messages of one QoS.
    assert sorted(either.received("pump/level", count=2)) == [b"07", b"17"]
    connect = modem.events.expect(packet="CONNECT", client="pump-7")
    assert (connect["keepalive"], connect["clean"]) == (120, 1)
    modem.disconnect()
    modem.events.expect(packet="DISCONNECT")
    modem.connect(either)


@pytest.mark.parametrize("dialect", every_model())
def test_a_session_is_kept_where_that_is_asked_for(
    dialect: str, modem_factory: ModemFactory, broker: Broker
) -> None:
    modem = modem_factory(dialect=dialect, gap=0)
    modem.connect(broker, clean=False)
    assert modem.events.expect(packet="CONNECT").get("clean", 0) == 0


@pytest.mark.parametrize("dialect", every_model())
def test_a_broker_that_is_not_there_is_told(
    dialect: str, modem_factory: ModemFactory, broker: Broker
) -> None:
    broker.stop()
    with pytest.raises(mqmodem.Refused, match="AT.*(ERROR|was followed by)"):
        modem_factory(dialect=dialect, gap=0).connect(broker)


def test_text_that_needs_quotes_is_refused(modem: mqmodem.Modem) -> None:
    with pytest.raises(ValueError, match="quotes of its own"):
        modem.publish("t", 'say "hello"')


def test_a_dialect_of_ones_own_has_no_words_here() -> None:
    with pytest.raises(ValueError, match="how a host of mine:a1 connects .* is not known"):
        words_of("mine:a1")


def test_the_broker_of_the_program_is_taken_where_there_is_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert mosquitto() is not None
    monkeypatch.setattr("mqmodem.broker._SERVERS", ())
    monkeypatch.setenv("PATH", os.path.dirname(mqmodem.find()))
    monkeypatch.setenv("MQMODEM", mqmodem.find())
    assert mosquitto() is None
    with Broker() as broker:
        assert broker.kind == "mqmodem"


def test_a_broker_keeps_its_port(either: Broker) -> None:
    port = either.port
    either.publish("t", "before")
    either.stop()
    with pytest.raises(mqmodem.NotStarted, match="the broker was stopped"):
        either.publish("t", "lost")
    either.start()
    either.publish("t", b"after", qos=0)
    assert either.received("t", count=2) == [b"before", b"after"]
    assert either.port == port and either.received("other", count=0) == []
    assert [it.topic for it in either.messages] == ["t", "t"]


def test_topics_are_found_by_filters(either: Broker) -> None:
    for topic in ["a/b", "a/b/c", "b"]:
        either.publish(topic, topic)
    assert either.received("a/#", count=2) == [b"a/b", b"a/b/c"]
    assert either.received("+/b") == [b"a/b"]
    assert either.received("#", count=3)[-1] == b"b"


def test_topics_with_a_dollar_are_seen(either: Broker) -> None:
    either.publish("$sys/1/d/dp/post/json", "{}")
    assert either.received("$sys/1/d/dp/post/json") == [b"{}"]
