"""`python -m mqmodem` is the program."""

import os
import sys

from mqmodem.program import find

if __name__ == "__main__":
    program = find()
    os.execv(program, [program, *sys.argv[1:]])
