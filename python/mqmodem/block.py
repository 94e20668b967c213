"""What ends with its `with` block."""

from types import TracebackType
from typing import Optional, Type, TypeVar

_Block = TypeVar("_Block", bound="EndsWithBlock")


class EndsWithBlock:
    """Is closed at the end of its `with` block."""

    def close(self) -> None:
        """Ends it."""
        raise NotImplementedError

    def __enter__(self: _Block) -> _Block:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()
