"""A modem seen from the host: commands, unsolicited lines, faults, events."""

import sys
import time
from pathlib import Path
from typing import Callable

import pytest

import mqmodem
from mqmodem import Broker, Modem, ModemFactory
from mqmodem.served import Served


def test_an_answer_has_lines_and_a_result(modem: Modem) -> None:
    reply = modem.ask("AT+CSQ")
    assert (reply.lines, reply.result, reply.ok, reply.cme) == (["+CSQ: 31,0"], "OK", True, None)
    assert reply.urcs == [] and reply.seconds < 5
    modem.ask("AT+CMEE=1")
    reply = modem.ask("AT+CFUN=9")
    assert not reply.ok and reply.cme is not None and reply.lines == []


def test_an_echo_is_no_part_of_an_answer(modem: Modem) -> None:
    assert modem.ask("ATI").lines == modem.ask("ATE0I").lines == modem.ask("ATI").lines


def test_the_broker_loses_an_acknowledgement(modem: Modem, broker: Broker) -> None:
    modem.connect(broker, client="pump-7")
    modem.ask('AT+MQTTOPT="acktimeout",1')
    with modem.fault("broker lose PUBACK") as fault:
        reply = modem.ask('AT+MQTTPUB="t",1,0,"37"', within=8)
        fault.wait()
    assert reply.result == "ERROR" and fault.fired
    assert broker.received("t") == [b"37"]
    modem.events.expect(packet="CONNECT", client="pump-7")
    modem.events.expect(type="fault", state="fired", words="broker lose PUBACK")


def test_messages_are_unsolicited_lines_and_each_is_found_once(modem: Modem, broker: Broker) -> None:
    modem.connect(broker)
    assert modem.ask('AT+MQTTSUB="down/#",1').ok
    for payload in ["one", "two"]:
        broker.publish("down/x", payload)
    first = modem.urc(r'\+MQTTRECV:"down/x",1,0,3,(.*)')
    assert first.group(1) == "one"
    assert modem.urc(r"\+MQTTRECV").string.endswith("two")
    assert len(modem.urcs) == 2
    with pytest.raises(mqmodem.NoEvent, match="no line with 'MQTTRECV'"):
        modem.urc("MQTTRECV", within=0.01)


def test_a_line_within_an_answer_is_told_from_it(modem: Modem) -> None:
    modem.ask("AT+CREG=1")
    with modem.fault('urc "+CREG: 2" at=answer'):
        reply = modem.ask("ATI")
    assert reply.urcs == ["+CREG: 2"] == modem.urcs
    assert "+CREG: 2" not in reply.lines


def test_data_goes_behind_a_prompt(modem: Modem, broker: Broker) -> None:
    modem.connect(broker)
    assert modem.ask('AT+MQTTPUBRAW="raw",1,0,4', data=b"\x00\r\n\xff").ok
    assert modem.ask('AT+MQTTPUBRAW="raw",1,0,2').result == ">"
    modem.send("ok")
    modem.urc("^OK$")
    assert broker.received("raw", count=2) == [b"\x00\r\n\xff", b"ok"]


def test_no_answer_shows_what_was_said(modem: Modem) -> None:
    modem.fault("reply lose to=+CGMM")
    with pytest.raises(mqmodem.NoAnswer) as caught:
        modem.ask("AT+CGMM", within=0.1)
    text = str(caught.value)
    assert text.startswith("no answer to AT+CGMM within 0.1 s; the last events of modem:")
    assert "> AT+CGMM" in text and "fault 1 fired: reply lose to=+CGMM" in text


def test_passwords_are_in_no_message(modem: Modem) -> None:
    modem.fault("reply lose")
    with pytest.raises(mqmodem.NoAnswer) as caught:
        modem.ask("AT+MQTTCONFIG=h,1,c,1,60,user,verysecret", within=0.1)
    assert "verysecret" not in str(caught.value) and "user,***" in str(caught.value)


def test_a_fault_says_whether_it_fired(modem: Modem) -> None:
    fault = modem.fault("reply lose to=+CGMM times=2")
    assert not fault.fired
    with pytest.raises(mqmodem.NoEvent, match="did not act within 0.01 s"):
        fault.wait(within=0.01)
    for _ in range(2):
        with pytest.raises(mqmodem.NoAnswer):
            modem.ask("AT+CGMM", within=0.05)
        assert fault.fired
    fault.clear()
    assert fault.fired and modem.ask("AT+CGMM").ok


def test_a_fault_that_never_fired_fails_its_block(modem: Modem) -> None:
    with pytest.raises(mqmodem.NotFired, match="`net reset` never acted"), modem.fault("net reset"):
        modem.ask("AT")
    with modem.fault("net reset", required=False):
        modem.ask("AT")


def test_what_fails_in_the_block_of_a_fault_is_what_is_told(modem: Modem) -> None:
    with pytest.raises(ZeroDivisionError), modem.fault("net reset"):
        raise ZeroDivisionError
    assert modem.control.list() == []


def test_wrong_words_of_a_fault_are_told(modem: Modem) -> None:
    with pytest.raises(mqmodem.ControlError, match="did you mean `reset`"):
        modem.fault("net rest")
    with pytest.raises(mqmodem.ControlError, match="no line break"):
        modem.fault("net reset\nlist")


def test_events_are_waited_for_in_their_order(modem: Modem, broker: Broker) -> None:
    modem.connect(broker)
    first = modem.events.expect(packet="CONNECT")
    with pytest.raises(mqmodem.NoEvent, match="no event with packet='CONNECT'"):
        modem.events.expect(packet="CONNECT", after=first, within=0.01)
    modem.ask("AT+MQTTDISCONNECT")
    modem.connect(broker)
    again = modem.events.expect(packet="CONNECT", after=first)
    assert again.seq > first.seq and again["client"] == "modem"


def test_the_broker_goes_and_comes_back(modem: Modem, broker: Broker) -> None:
    modem.connect(broker)
    modem.publish("before", "1")
    assert broker.received("before") == [b"1"]
    broker.stop()
    modem.urc(r"\+MQTTDISCONNECTED:24")
    with pytest.raises(mqmodem.Refused, match=r"AT\+MQTTCONNECT was answered with ERROR"):
        modem.connect(broker)
    broker.start()
    modem.connect(broker)
    modem.publish("after", "2", qos=0)
    assert broker.received("after") == [b"2"] and broker.received("before") == [b"1"]


HOST = """
import os, sys, tty
port = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
tty.setraw(port)
heard = b""
def hear(wanted):
    global heard
    while wanted not in heard:
        heard += os.read(port, 999)
    heard = heard.partition(wanted)[2]
def ask(line):
    os.write(port, line.encode() + b"\\r")
    hear(b"OK\\r\\n")
ask("AT+MQTTCONFIG=127.0.0.1," + sys.argv[2] + ",pump-7,1,60")
ask("AT+MQTTCONNECT")
ask('AT+MQTTSUB="down",1')
print("connected", flush=True)
hear(b"+MQTTRECV")
"""


def test_a_program_is_the_host(modem: Modem, broker: Broker, tmp_path: Path) -> None:
    assert modem.ask("AT").ok
    program = tmp_path / "host.py"
    program.write_text(HOST)
    with modem.run([sys.executable, str(program), modem.port, str(broker.port)]) as host:
        modem.events.expect(packet="SUBACK", within=10)
        with pytest.raises(RuntimeError, match="the port belongs to"):
            modem.ask("AT")
        broker.publish("down", "x")
        modem.urc(r'\+MQTTRECV:"down"')
        assert host.wait() == 0
    assert host.output == "connected\n"
    assert modem.ask("AT+MQTTSTATE").lines == ["+MQTTSTATE:1"]


def test_a_program_that_hangs_is_ended(modem: Modem) -> None:
    script = "trap '' TERM; sleep 1000 & echo there; wait; wait"
    with modem.run(["sh", "-c", f"{script}; sleep 1000"], ends=0.1) as host:
        with pytest.raises(mqmodem.NoEvent, match="sh did not end within 0.01 s"):
            host.wait(within=0.01)
    assert host.process.returncode == -9


@pytest.mark.modem(strict=True, seed=7)
def test_the_marker_says_how_the_modem_is_started(modem: Modem, modem_factory: ModemFactory) -> None:
    imei = modem.ask("AT+CGSN").lines
    assert modem_factory(seed=7).ask("AT+CGSN").lines == imei
    assert modem_factory(seed=8).ask("AT+CGSN").lines != imei


def test_modems_have_names_of_their_own(modem_factory: ModemFactory, broker: Broker) -> None:
    names = [modem_factory().name for _ in range(3)]
    assert names == ["modem", "modem-2", "modem-3"]


def test_a_wrong_flag_is_told(modem_factory: ModemFactory) -> None:
    with pytest.raises(mqmodem.NotStarted, match="--sed"):
        modem_factory(sed=7)


def test_a_program_that_is_missing_is_told() -> None:
    with pytest.raises(mqmodem.NotStarted, match="there is no program /no/mqmodem; give its path"):
        mqmodem.serve(program="/no/mqmodem")


def test_without_pytest_it_is_a_context(tmp_path: Path) -> None:
    with mqmodem.Broker() as broker, mqmodem.serve(folder=tmp_path, gap=0) as modem:
        modem.connect(broker)
        modem.publish("t", "x")
        assert broker.received("t") == [b"x"]
    assert (tmp_path / "modem.jsonl").stat().st_mode & 0o777 == 0o600
    assert '"what":"off"' in (tmp_path / "modem.jsonl").read_text()


def test_how_long_a_modem_takes_to_start(
    modem_factory: ModemFactory, record_property: Callable[[str, object], None]
) -> None:
    took = []
    for _ in range(10):
        begin = time.perf_counter()
        modem_factory()
        took.append((time.perf_counter() - begin) * 1000)
    usual, slowest = sorted(took)[len(took) // 2], max(took)
    record_property("measured", f"a modem starts within {usual:.0f} ms, the slowest {slowest:.0f} ms")


@pytest.mark.modem(dialect="esp-at")
def test_data_goes_behind_a_prompt_that_follows_the_result(modem: Modem, broker: Broker) -> None:
    modem.connect(broker)
    assert modem.ask('AT+MQTTPUBRAW=0,"raw",4,1,0', data=b"\r\n\x00\xff").ok
    modem.urc(r"\+MQTTPUB:OK")
    assert broker.received("raw") == [b"\r\n\x00\xff"]
    assert modem.ask('AT+MQTTPUBRAW=0,"",4,1,0', data="lost").result == "ERROR"


def test_a_modem_that_ends_by_itself_is_told(modem: Modem) -> None:
    assert isinstance(modem._place, Served)
    modem.ask("AT")
    modem._place._process.kill()
    with pytest.raises(mqmodem.NoAnswer, match="the port has gone; the program has ended"):
        modem.ask("AT")
    with pytest.raises(mqmodem.NoEvent, match="the program has ended"):
        modem.urc("RDY")
    with pytest.raises(mqmodem.NoEvent, match="no event with line='never' within 60 s"):
        modem.events.expect(line="never", within=60)
