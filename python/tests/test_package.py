"""The package as it is installed."""

import ast
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import mqmodem


def printed(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def test_it_is_the_installed_one_with_its_types() -> None:
    folder = Path(mqmodem.__path__[0])
    assert folder.parent.name == "site-packages" and (folder / "py.typed").is_file()


def test_it_brings_the_program_of_its_version() -> None:
    assert Path(mqmodem.find()).parent == Path(sys.executable).parent
    version = f"mqmodem {metadata.version('mqmodem')}\n"
    assert printed(mqmodem.find(), "--version") == version
    assert printed(sys.executable, "-m", "mqmodem", "--version") == version


def test_it_needs_nothing_else() -> None:
    assert metadata.requires("mqmodem") == ["pytest>=8 ; extra == 'pytest'"]


def test_what_is_in_the_environment_counts_more(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.symlink_to(mqmodem.find())
    monkeypatch.setenv("MQMODEM", str(other))
    assert mqmodem.find() == str(other)
    assert mqmodem.find(sys.executable) == sys.executable


def test_all_that_it_says_it_has_is_there() -> None:
    from mqmodem import api

    assert all(getattr(mqmodem, name) is getattr(api, name) for name in api.__all__)
    assert not hasattr(mqmodem, "nothing")


def test_it_is_written_for_the_oldest_python_it_promises() -> None:
    for file in sorted(Path(mqmodem.__path__[0]).glob("*.py")):
        ast.parse(file.read_text(), str(file), feature_version=(3, 9))
