"""What messages to users have in common."""

import difflib
from collections.abc import Iterable

__all__ = ["did_you_mean"]


def did_you_mean(given: object, names: Iterable[str]) -> str:
    """Return ``" Did you mean 'x'?"`` for the name that is most like `given`, or ``""``."""
    plain = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(str(given).casefold(), plain, n=1)
    return f" Did you mean {plain[close[0]]!r}?" if close else ""
