"""A modem in software for tests of what sends AT commands: the program `mqmodem` and its port.

With pytest the fixtures `modem`, `broker`, `modem_factory`, `fault` and `control` are there by
themselves. Without it::

    with mqmodem.Broker() as broker, mqmodem.serve(dialect="quectel") as modem:
        modem.connect(broker)
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mqmodem.api import *  # noqa: F403
else:

    def __getattr__(name: str) -> object:
        # Not before it is used: pytest loads the plugin in every project.
        api = import_module("mqmodem.api")
        if name in api.__all__:
            return getattr(api, name)
        raise AttributeError(f"module 'mqmodem' has no attribute {name!r}")
