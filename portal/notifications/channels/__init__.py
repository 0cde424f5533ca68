"""Ways out of the portal, one file each: plain values in and out, no Django model."""

from datetime import timedelta
from typing import Any


class NotSent(Exception):
    """It did not arrive: a worded reason, whether another try may help, and after how long the receiver asks for it.

    `gone`: the receiver says that it does not exist any more.
    """

    def __init__(
        self, code: str, *, again: bool = True, after: timedelta | None = None, gone: bool = False, **params: Any
    ) -> None:
        super().__init__(code, params)
        self.code, self.params, self.again, self.after, self.gone = code, params, again, after, gone
