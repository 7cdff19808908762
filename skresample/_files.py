"""Tables and reports on disk."""

import gzip
import os
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

__all__ = [
    "append_rows",
    "check_output",
    "check_table_name",
    "read_dates",
    "read_table",
    "write_atomically",
    "write_dates",
    "write_table",
]

SEPARATORS = {".csv": ",", ".csv.gz": ",", ".tsv": "\t", ".tsv.gz": "\t"}
PARQUET = ".parquet"
# A date, or a date and a time, and how each form is written.
DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:(?P<between>[T ])\d{2}:\d{2}(?P<seconds>:\d{2})?)?")


def check_output(path: Path, *, overwrite: bool) -> None:
    """Refuse a place that cannot be written to, or must not be.

    Parameters
    ----------
    path : pathlib.Path
        Where a file is to go.
    overwrite : bool
        Whether a file that is there may be replaced.

    Raises
    ------
    FileNotFoundError
        If its directory does not exist.
    PermissionError
        If its directory cannot be written to.
    FileExistsError
        If it is a directory, or a file that may not be replaced.
    """
    if not path.parent.is_dir():
        raise FileNotFoundError(f"There is no directory {path.parent} to write {path.name} to.")
    if not os.access(path.parent, os.W_OK):
        raise PermissionError(f"{path.parent} cannot be written to: name another place.")
    if path.is_dir():
        raise FileExistsError(f"{path} is a directory: name a file.")
    if path.exists() and not overwrite:
        raise FileExistsError(
            f"{path} exists: choose another name, or replace it with overwrite=True "
            "(on the command line, --force)."
        )


def write_atomically(path: Any, write: Callable[[Path], Any], *, overwrite: bool = False) -> Path:
    """Write a file whole or not at all.

    Parameters
    ----------
    path : str or path-like
        Where the file is to be.
    write : callable
        Takes the path of a temporary file with the same name, and writes it.
    overwrite : bool, default=False
        Whether a file that is there may be replaced.

    Returns
    -------
    path : pathlib.Path
        Where the file is.

    Raises
    ------
    FileNotFoundError
        If its directory does not exist.
    FileExistsError
        If the file is there and `overwrite` is False. Nothing is written then.
    """
    path = Path(path)
    check_output(path, overwrite=overwrite)
    # Beside the file, since only within one file system is a rename atomic.
    with TemporaryDirectory(prefix=".skresample-", dir=path.parent) as folder:
        temporary = Path(folder, path.name)
        write(temporary)
        os.replace(temporary, path)
    return path


def check_table_name(path: Path) -> str:
    """Return the extension that tells the format of a table.

    Parameters
    ----------
    path : pathlib.Path
        Name of a table.

    Returns
    -------
    extension : str
        In lower case: .parquet, or one of .csv and .tsv with or without .gz.

    Raises
    ------
    ValueError
        If it is another one.
    """
    known = [*SEPARATORS, PARQUET]
    for extension in known:
        if path.name.lower().endswith(extension):
            return extension
    raise ValueError(f"{path} is not a name of a table: it must end in one of {', '.join(known)}.")


def read_table(path: Path) -> Any:
    """Read a table.

    Parameters
    ----------
    path : pathlib.Path
        CSV, TSV or Parquet, by its extension.

    Returns
    -------
    frame : pandas.DataFrame
        The table. Whole numbers stay whole where some are missing (dtype Int64), floats
        are read to the last digit, and a column with numbers such as 007 is text.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it cannot be read, or has no rows.
    """
    import pandas as pd

    extension = check_table_name(path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}.")
    try:
        frame = pd.read_parquet(path) if extension == PARQUET else _read_text(path, extension)
    except pd.errors.EmptyDataError:
        raise ValueError(f"{path} is empty.") from None
    # Besides these, zlib.error (an Exception and nothing more) for a damaged .gz.
    except Exception as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    if not len(frame):
        raise ValueError(f"{path} has no rows.")
    if not isinstance(frame.index, pd.RangeIndex):
        warnings.warn(
            f"{path} has an index, which is left out: new rows have none.",
            UserWarning,
            stacklevel=2,
        )
    return frame.reset_index(drop=True)


def _read_text(path: Path, extension: str) -> Any:
    import pandas as pd

    frame = pd.read_csv(
        path,
        sep=SEPARATORS[extension],
        dtype_backend="numpy_nullable",
        float_precision="round_trip",
        low_memory=False,
    )
    if frame.shape[1] == 1 and ";" in str(frame.columns[0]):
        raise ValueError("it seems to be separated by ';': write it with ',' (and '.' in numbers).")
    if not isinstance(frame.index, pd.RangeIndex):
        raise ValueError("its rows have more fields than its first line has names.")
    whole = [name for name in frame if frame[name].dtype.kind in "iu"]
    if whole:
        text = pd.read_csv(path, sep=SEPARATORS[extension], usecols=whole, dtype=str)
        for name in whole:
            if text[name].str.match(r"[+-]?0\d").any():
                frame[name] = text[name].astype("string")
    # NumPy has no whole number or boolean that is missing; of all else it has its own dtypes.
    for name, column in frame.items():
        if column.dtype.kind not in "iub" or not column.hasnans:
            dtype = getattr(column.dtype, "numpy_dtype", object)
            frame[name] = column.to_numpy(dtype, na_value=np.nan)
    return frame


def read_dates(frame: Any) -> dict[Any, tuple[Any, str]]:
    """Replace text that is dates by dates, column by column.

    Parameters
    ----------
    frame : pandas.DataFrame
        A table that was read from text. Columns whose every text is a date as in
        2024-02-29, or a date and a time as in 2024-02-29 13:05, become dates in it.

    Returns
    -------
    forms : dict
        How the dates are written, by column: the unit they end with, D, m or s, and what
        stands before the time; of different forms the longest.
    """
    import pandas as pd

    forms = {}
    for name, column in frame.items():
        if column.dtype != object or not column.notna().any():
            continue
        texts = column.dropna().unique().tolist()
        found = [DATE.fullmatch(text) if isinstance(text, str) else None for text in texts]
        if not all(found):
            continue
        try:
            dates = np.array(column.fillna("NaT"), dtype="datetime64[s]")
        except ValueError:  # the 30th of February
            continue
        longest = max(filter(None, found), key=lambda match: match.end())
        unit = "s" if longest["seconds"] else "m" if longest["between"] else "D"
        forms[name] = unit, longest["between"] or "T"
        frame[name] = pd.Series(dates, index=frame.index)
    return forms


def write_dates(frame: Any, forms: dict[Any, tuple[Any, str]]) -> None:
    """Replace dates by text, where `read_dates` did the opposite.

    Parameters
    ----------
    frame : pandas.DataFrame
        A table with these columns.
    forms : dict
        What `read_dates` returned.
    """
    for name, (unit, between) in forms.items():
        # Not with strftime, which writes years before 1000 as the platform does.
        dates = frame[name].to_numpy("datetime64[s]")
        texts = np.char.replace(np.datetime_as_string(dates, unit=unit), "T", between)
        frame[name] = texts.astype(object)
        frame[name] = frame[name].mask(np.isnat(dates))


def write_table(frame: Any, path: Path) -> None:
    """Write a table, without its index.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table.
    path : pathlib.Path
        CSV, TSV or Parquet, by its extension.
    """
    extension = check_table_name(path)
    if extension == PARQUET:
        frame.to_parquet(path, index=False)
    else:
        frame.to_csv(path, sep=SEPARATORS[extension], index=False)


def append_rows(source: Path, frame: Any, path: Path) -> None:
    """Write a table of text to the letter, and then more rows.

    Parameters
    ----------
    source : pathlib.Path
        CSV or TSV, also packed.
    frame : pandas.DataFrame
        The rows to come after it, with its columns.
    path : pathlib.Path
        Where to; with the separator of the source.
    """
    rows = frame.to_csv(sep=SEPARATORS[check_table_name(path)], index=False, header=False)
    with _open(source, "rb") as old, _open(path, "wb") as new:
        last = b"\n"
        while block := old.read(1 << 20):
            new.write(block)
            last = block[-1:]
        new.write((b"" if last == b"\n" else b"\n") + rows.encode())


def _open(path: Path, mode: Any) -> Any:
    return gzip.open(path, mode) if path.name.lower().endswith(".gz") else path.open(mode)
