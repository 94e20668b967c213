"""picocom, the terminal most people open a modem with."""

import os
import sys

from terminal import Terminal, session

terminal = Terminal("picocom", "--baud", "115200", os.environ["MODEM"])
terminal.expect("Terminal ready")
session(terminal, os.environ["HOST"], os.environ["BROKER"])
terminal.type("\x01\x18")  # C-a C-x
sys.exit(terminal.ended())
