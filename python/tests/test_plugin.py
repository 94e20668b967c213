"""The plugin in a pytest of its own: what a failing test shows, and the options."""

import re
import subprocess
from pathlib import Path

import pytest

import mqmodem
from mqmodem import Broker, Modem

FAILS = """
def test_it(modem, broker):
    modem.connect(broker)
    modem.ask("AT+CGMM")
    assert False, "as it should"
"""


@pytest.fixture
def run(pytester: pytest.Pytester) -> pytest.Pytester:
    """Its tests get the plugin as users do: because the package is installed."""
    return pytester


def test_a_failing_test_shows_what_its_modem_said(run: pytest.Pytester) -> None:
    run.makepyfile(FAILS)
    result = run.runpytest_subprocess("--mqmodem-keep=kept")
    result.assert_outcomes(failed=1)
    result.stdout.re_match_lines(
        [
            r"-+ mqmodem: modem \(native\) -+",
            r" +\d+\.\d{3} s  > AT\+MQTTCONNECT",
            r" +\d+\.\d{3} s  broker < CONNECT client=\"modem\" .*",
            r" +\d+\.\d{3} s  broker > CONNACK.*",
            r" +\d+\.\d{3} s  < \+MQTTCONNECT:0",
            r" +\d+\.\d{3} s  < OK",
            r" +\d+\.\d{3} s  > AT\+CGMM",
            r" +\d+\.\d{3} s  note test .*::test_it: failed in call",
            r".*/modem.jsonl",
        ]
    )
    kept = run.path / "kept" / "test_a_failing_test_shows_what_its_modem_said.py-test_it"
    text = (kept / "modem.jsonl").read_text()
    assert '"type":"note"' in text and "::test_it" in text and '"name":"CONNACK"' in text
    assert {"broker.log", "modem.log"} <= {file.name for file in kept.iterdir()}


def test_the_trace_of_a_failing_test_is_converted(run: pytest.Pytester) -> None:
    run.makepyfile(FAILS)
    run.runpytest_subprocess("--mqmodem-keep=kept").assert_outcomes(failed=1)
    (kept,) = (run.path / "kept").iterdir()
    assert (kept / "modem.pcapng").read_bytes().startswith(b"\n\r\r\n")
    chat = kept / "modem.chat"
    assert "> AT+MQTTCONNECT\n" in chat.read_text() and "broker < CONNECT " in chat.read_text()
    played = subprocess.run([mqmodem.find(), "chat", "run", str(chat)], capture_output=True)
    assert played.returncode == 0, played


def test_a_passing_test_shows_and_keeps_nothing(run: pytest.Pytester) -> None:
    run.makepyfile("def test_it(modem): assert modem.ask('AT').ok")
    result = run.runpytest_subprocess("-rA", "--mqmodem-keep=kept")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*mqmodem: modem*")
    assert not (run.path / "kept").exists()


def test_every_modem_and_host_of_a_failing_test_is_shown(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        def test_it(modem_factory):
            first, second = modem_factory(), modem_factory(dialect="quectel:ec25")
            second.ask("AT")
            with first.run(["sh", "-c", "echo what the host says"]) as host:
                assert host.wait() == 1
        """
    )
    result = run.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.re_match_lines(
        [
            r"-+ mqmodem: modem \(native\) -+",
            r"-+ mqmodem: sh -+",
            "what the host says",
            r"-+ mqmodem: modem-2 \(quectel:ec25\) -+",
            r".* > AT",
        ]
    )


def test_a_fault_that_never_fired_fails_the_test(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        def test_never(modem, fault):
            fault("broker lose PUBACK")
            assert modem.ask("AT").ok

        def test_fired(modem, fault):
            fault("reply twice")
            assert modem.ask("AT").ok

        def test_need_not(modem, fault):
            fault("broker lose PUBACK p=0.1", required=False)

        def test_another_reason(modem, fault):
            fault("broker lose PUBACK")
            assert modem.ask("AT").result == "another reason"
        """
    )
    result = run.runpytest_subprocess()
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(["the fault `broker lose PUBACK` never acted: *"])
    result.stdout.fnmatch_lines(["*AssertionError: *another reason*"])


def test_tests_run_side_by_side(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("number", range(8))
        def test_it(number, modem, broker):
            modem.connect(broker)
            modem.publish("t", str(number))
            assert broker.received("t") == [b"%d" % number]
            assert number != 5
        """
    )
    result = run.runpytest_subprocess("-n", "2", "--mqmodem-keep=kept")
    result.assert_outcomes(passed=7, failed=1)
    result.stdout.re_match_lines([r"-+ mqmodem: modem \(native\) -+", ".* < CONNECT client.*"])
    (kept,) = (run.path / "kept").iterdir()
    assert kept.name.endswith("test_it-5")


REAL = """
def test_speaks(modem):
    assert modem.ask("AT+CGMM").ok

def test_connects(modem, broker):
    modem.connect(broker)
    modem.publish("level", "37")

def test_fault(modem):
    with modem.fault("net reset"):
        assert False

def test_fixture(fault):
    assert False

def test_control(control):
    assert False

def test_two(modem_factory):
    modem_factory(), modem_factory()
    assert False

def test_received(modem, broker):
    modem.connect(broker)
    assert broker.received("level") == [b"37"]

def test_silent(modem):
    modem.ask("AT+MQTTCONFIG=secret", within=5)
    modem.ask("AT+CGMR", within=0.1)
"""


def test_the_same_tests_on_a_real_module(
    run: pytest.Pytester, modem: Modem, broker: Broker
) -> None:
    # Another modem of ours is the real one.
    modem.fault("reply lose to=+CGMR")
    run.makepyfile(REAL)
    options = [f"--mqmodem-port={modem.port},115200", f"--mqmodem-broker=127.0.0.1:{broker.port}"]
    result = run.runpytest_subprocess("-rs", *options)
    result.assert_outcomes(passed=2, skipped=5, failed=1)
    result.stdout.fnmatch_lines(["*SKIPPED*it has no faults on demand"])
    result.stdout.fnmatch_lines(["*NoAnswer: no answer to AT+CGMR within 0.1 s; the last events of modem:"])
    result.stdout.re_match_lines([r"-+ mqmodem: modem \(native\) -+", r".* > AT\+MQTTCONFIG=\*\*\*"])
    assert broker.received("level") == [b"37"]


def test_a_real_module_serves_one_test_at_a_time(run: pytest.Pytester, modem: Modem) -> None:
    run.makepyfile("def test_it(modem): pass")
    result = run.runpytest_subprocess("-n", "2", f"--mqmodem-port={modem.port}")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*there is one real module; run its tests one by one, without -n"])


def test_a_modem_that_has_ended_is_shown_as_well(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        def test_it(modem):
            modem.ask("AT+CGMM")
            modem._place._process.kill()
            assert modem.ask("AT").ok
        """
    )
    result = run.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*the program has ended*"])
    result.stdout.re_match_lines([r"-+ mqmodem: modem \(native\) -+", r".* > AT\+CGMM"])


def test_a_real_module_needs_a_broker_that_it_can_reach(run: pytest.Pytester, modem: Modem) -> None:
    run.makepyfile("def test_it(modem, broker): assert False")
    result = run.runpytest_subprocess("-rs", f"--mqmodem-port={modem.port}")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*SKIPPED*--mqmodem-broker HOST*"])


def test_the_dialect_is_an_option_and_the_marker_counts_more(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        import pytest

        def test_option(modem):
            assert modem.dialect == "luat" and modem.ask("AT+MCONFIG=?").ok

        @pytest.mark.modem(dialect="esp-at")
        class TestMarker:
            def test_class(self, modem):
                assert modem.dialect == "esp-at"

            @pytest.mark.modem(dialect="nordic")
            def test_function(self, modem):
                assert modem.dialect == "nordic"
        """
    )
    run.runpytest_subprocess("--mqmodem-dialect=luat").assert_outcomes(passed=3)


def test_a_configuration_stands_beside_the_test(run: pytest.Pytester) -> None:
    run.mkdir("deep").joinpath("gw.toml").write_text('[broker]\nhost = "127.0.0.1"\nclient_id = "from-the-file"\n')
    run.path.joinpath("deep", "test_it.py").write_text(
        """
import pytest

@pytest.mark.modem(config="gw.toml")
def test_it(modem):
    assert "from-the-file" in modem.ask("AT+MQTTCONFIG?").lines[0]
"""
    )
    run.runpytest_subprocess().assert_outcomes(passed=1)


def test_the_program_is_an_option(run: pytest.Pytester) -> None:
    run.makepyfile("def test_it(modem): assert modem.ask('AT').ok")
    result = run.runpytest_subprocess("--mqmodem=/no/mqmodem")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*there is no program /no/mqmodem*"])
    run.runpytest_subprocess(f"--mqmodem={mqmodem.find()}").assert_outcomes(passed=1)


def test_the_marker_and_the_fixtures_are_told(run: pytest.Pytester) -> None:
    told = run.runpytest_subprocess("--markers").stdout.str()
    assert re.search(r"@pytest.mark.modem\(dialect=None", told)
    told = run.runpytest_subprocess("--fixtures").stdout.str()
    for name in ["modem", "broker", "modem_factory", "fault", "control"]:
        assert re.search(rf"^{name} -- ", told, re.MULTILINE), name


def test_a_project_that_does_not_use_it_pays_little(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        import sys

        def test_it():
            assert {name for name in sys.modules if name.startswith("mqmodem")} <= {
                "mqmodem", "mqmodem.pytest_plugin"
            }
        """
    )
    run.runpytest_subprocess().assert_outcomes(passed=1)
