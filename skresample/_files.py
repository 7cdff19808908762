"""Files that are written whole or not at all."""

import os
import shutil
import socket
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None  # type: ignore[assignment]

__all__ = ["check_output", "write_atomically"]


def check_output(path: Path, *, overwrite: bool) -> Path:
    """Return the file to write, with links followed.

    Raises an OSError if it cannot be written, or exists and `overwrite` is False.
    """
    place = Path(os.path.realpath(path)) if path.is_symlink() else path
    if not place.parent.is_dir():
        raise FileNotFoundError(
            f"There is no directory {place.parent} to write {path.name} to: create it, or choose "
            "another path."
        )
    if not os.access(place.parent, os.W_OK):
        raise PermissionError(
            f"The directory {place.parent} is not writable: choose another path for {path.name}."
        )
    if path.is_dir():
        raise FileExistsError(f"{path} is a directory: choose the name of a file.")
    if path.exists() and not path.is_file():
        raise FileExistsError(f"{path} is not a regular file: choose another path.")
    if path.exists() and not overwrite:
        raise _exists(path)
    return place


def _exists(path: Path) -> FileExistsError:
    return FileExistsError(f"{path} exists: choose another name, or set overwrite=True.")


def write_atomically(path: Any, write: Callable[[Path], Any], *, overwrite: bool = False) -> Path:
    """Write a file whole or not at all.

    `write` takes the path of a temporary file of the same name. A replaced file keeps its mode,
    and a link still leads to it. The temporary files of a process that was killed while it wrote
    the same file are removed with a warning.
    """
    path = Path(path)
    place = check_output(path, overwrite=overwrite)
    _remove_leftovers(place.parent, path.name)
    # In the same directory, since a rename is atomic only within one file system.
    start = f"{_leftovers()}{os.getpid()}-"
    with TemporaryDirectory(prefix=start, dir=place.parent) as folder, _locked(folder):
        temporary = Path(folder, path.name)
        write(temporary)
        if not overwrite:
            _create(temporary, place, path)
            return path
        if place.exists():
            status = place.stat()
            if hasattr(os, "chown"):
                with suppress(PermissionError):
                    os.chown(temporary, status.st_uid, status.st_gid)
            temporary.chmod(status.st_mode & 0o7777)
        os.replace(temporary, place)
    return path


def _create(temporary: Path, place: Path, path: Path) -> None:
    """Move a file to its path, unless another file has appeared there."""
    try:
        os.link(temporary, place)
    except FileExistsError:
        raise _exists(path) from None
    except OSError:  # a file system without hard links
        try:
            place.open("xb").close()
        except FileExistsError:
            raise _exists(path) from None
        os.replace(temporary, place)


def _leftovers() -> str:
    """Return the prefix of the temporary directories of this machine."""
    return f".skresample-{socket.gethostname()}-"


def _remove_leftovers(folder: Path, name: str) -> None:
    """Remove the temporary directories of killed processes that wrote the file `name`."""
    if fcntl is None:
        return  # Windows cannot check whether a process is alive without ending it
    for left in folder.glob(f"{_leftovers()}*"):
        number = left.name.removeprefix(_leftovers()).partition("-")[0]
        if not number.isdecimal() or _is_alive(int(number)):
            continue
        try:
            is_ours = all(file.name == name for file in left.iterdir())
        except OSError:  # of another user
            continue
        with _locked(left) as is_free:
            if is_ours and is_free:
                shutil.rmtree(left, ignore_errors=True)
                warnings.warn(
                    f"Removed {left}, which a process left behind when it was killed while "
                    f"writing {name}.",
                    stacklevel=3,
                )


@contextmanager
def _locked(folder: Any) -> Iterator[bool]:
    """Lock a directory while it is written to; yield whether no other process holds the lock.

    Containers that share files see only their own processes, but they see all locks.
    """
    if fcntl is None:
        yield True
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        is_free = True
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:  # others than BlockingIOError: a file system without locks
            is_free = not isinstance(error, BlockingIOError)
        yield is_free
    finally:
        os.close(handle)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return True
