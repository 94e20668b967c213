"""The blocks of Python in the guide, and in the page of the package, hold as they stand there."""

import re
import sys
from pathlib import Path
from typing import List

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "docs" / "testing-firmware.md", ROOT / "python" / "README.md"]
HOST = f"""#!{sys.executable}
import os, sys, tty

port = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
tty.setraw(port)
heard = b""


def hear(wanted):
    global heard
    while wanted not in heard:
        heard += os.read(port, 999)
    heard = heard.partition(wanted)[2]


def ask(line, wanted=b"OK\\r\\n"):
    os.write(port, line.encode() + b"\\r")
    hear(wanted)


ask(f'AT+QMTOPEN=0,"127.0.0.1",{{sys.argv[2]}}', b"+QMTOPEN: 0,0")
ask('AT+QMTCONN=0,"pump-7"', b"+QMTCONN: 0,0,0")
ask('AT+QMTSUB=0,1,"pump/7/set",1', b"+QMTSUB: 0,1,0,1")
print("connected", flush=True)
hear(b"+QMTRECV: ")
ask('AT+QMTPUB=0,2,1,0,"pump/7/state",9', b"> ")
os.write(port, b"set to 40")
hear(b"+QMTPUB: 0,2,0")
"""


def blocks() -> List[str]:
    each = [re.findall(r"^```python\n(.*?)^```$", page.read_text(), re.M | re.S) for page in PAGES]
    assert all(each), "a page has no block of Python"
    return [block for found in each for block in found]


def name_of(block: str) -> str:
    first = block.splitlines()[0]
    assert re.fullmatch(r"# test_\w+\.py", first), f"a block begins with its name, not {first!r}"
    return first[2:]


@pytest.mark.parametrize("block", blocks(), ids=name_of)
def test_a_block_holds(block: str, pytester: pytest.Pytester) -> None:
    host = pytester.path / "host"
    host.write_text(HOST)
    host.chmod(0o755)
    (pytester.path / name_of(block)).write_text(block)
    tests = len(re.findall(r"^def test_", block, re.MULTILINE))
    assert tests
    pytester.runpytest_subprocess().assert_outcomes(passed=tests)
