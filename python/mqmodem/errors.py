"""What goes wrong in a test: with the module, or with the test itself."""


class NotStarted(RuntimeError):
    """A program that a test needs did not start."""


class NotHere(RuntimeError):
    """What is asked for is not to be had of a real module; pytest skips the test."""


class ControlError(ValueError):
    """The modem did not take a line of its control socket, such as the words of a fault."""


class NoAnswer(AssertionError):
    """A command had no final result in time."""


class NoEvent(AssertionError):
    """What was waited for did not happen in time."""


class NotFired(AssertionError):
    """Nothing ever came that a fault could act on."""


class Refused(AssertionError):
    """The module did not do what is the base of a test, such as to connect."""
