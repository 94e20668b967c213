"""tio, a younger terminal: it connects by itself as soon as the port is there."""

import os
import sys

from terminal import Terminal, session

terminal = Terminal("tio", "--baudrate", "115200", os.environ["MODEM"])
terminal.expect("Connected")
session(terminal, os.environ["HOST"], os.environ["BROKER"])
terminal.type("\x14q")  # C-t q
sys.exit(terminal.ended())
