"""All that `mqmodem` has; it is imported from there."""

from mqmodem.broker import Broker
from mqmodem.control import Control
from mqmodem.errors import ControlError, NoAnswer, NoEvent, NotFired, NotHere, NotStarted, Refused
from mqmodem.events import Event, Events
from mqmodem.faults import Fault
from mqmodem.host import Host
from mqmodem.modem import Modem
from mqmodem.mqtt import Message
from mqmodem.program import find
from mqmodem.reply import Reply
from mqmodem.start import ModemFactory, attach, serve

__all__ = [
    "Broker",
    "Control",
    "ControlError",
    "Event",
    "Events",
    "Fault",
    "Host",
    "Message",
    "Modem",
    "ModemFactory",
    "NoAnswer",
    "NoEvent",
    "NotFired",
    "NotHere",
    "NotStarted",
    "Refused",
    "Reply",
    "attach",
    "find",
    "serve",
]
