"""Text that several messages to users share."""

import difflib
from collections.abc import Iterable

__all__ = ["did_you_mean"]


def did_you_mean(given: object, names: Iterable[str]) -> str:
    """Return ``" Did you mean 'x'?"`` for the name most similar to `given`, or ``""``."""
    plain = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(str(given).casefold(), plain, n=1)
    return f" Did you mean {plain[close[0]]!r}?" if close else ""
