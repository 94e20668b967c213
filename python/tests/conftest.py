"""The tests of the package, most of them with the fixtures that it brings."""

import pytest

pytest_plugins = ["pytester"]

MEASURED = "measured"
"""A property of a test: what it has measured, to be read and not to be asserted."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == MEASURED:
                terminalreporter.write_line(str(value))
