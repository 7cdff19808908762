"""How much memory the process holds, and how much it held at most."""

import ctypes
import resource
import sys
from pathlib import Path

__all__ = ["forget_peak", "give_back", "peak", "resident"]

STATUS = Path("/proc/self/status")
FORGET = Path("/proc/self/clear_refs")
MIB = 1 << 20


def _status(key: str) -> float | None:
    """Read a line of the kernel's report, in MiB; None where there is no such report."""
    try:
        lines = STATUS.read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(key)), None)


def _most_ever() -> float:
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / MIB if sys.platform == "darwin" else size / 1024


def resident() -> float:
    """Return the MiB held now, or where the system does not say, the most so far."""
    size = _status("VmRSS:")
    return _most_ever() if size is None else size


def peak() -> float:
    """Return the most MiB held since `forget_peak`, or ever where it cannot forget."""
    size = _status("VmHWM:")
    return _most_ever() if size is None else size


def forget_peak() -> bool:
    """Start to look for a new peak; return False where the system cannot."""
    try:
        FORGET.write_text("5")
    except OSError:
        return False
    return True


def give_back() -> None:
    """Give freed memory back to the system, so that it counts again when it is used again."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
