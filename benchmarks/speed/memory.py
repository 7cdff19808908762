"""Current and peak memory of the process."""

import ctypes
import resource
import sys
from pathlib import Path

__all__ = ["forget_peak", "give_back", "peak", "resident"]

STATUS = Path("/proc/self/status")
FORGET = Path("/proc/self/clear_refs")
MIB = 1 << 20


def _status(key: str) -> float | None:
    """Return a value of the kernel's status file in MiB; None if there is no such file."""
    try:
        lines = STATUS.read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(key)), None)


def _most_ever() -> float:
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / MIB if sys.platform == "darwin" else size / 1024


def resident() -> float:
    """Return current memory in MiB, or peak memory if the system does not report it."""
    size = _status("VmRSS:")
    return _most_ever() if size is None else size


def peak() -> float:
    """Return peak memory in MiB since `forget_peak`, or since the start if it had no effect."""
    size = _status("VmHWM:")
    return _most_ever() if size is None else size


def forget_peak() -> bool:
    """Reset the peak; return False if the system does not support it."""
    try:
        FORGET.write_text("5")
    except OSError:
        return False
    return True


def give_back() -> None:
    """Return freed memory to the system, so that it counts when it is used again."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
