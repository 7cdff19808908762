"""Reports as pages that need nothing else."""

import base64
import io
from pathlib import Path
from typing import Any

from skresample._files import write_atomically
from skresample._support import import_extra

__all__ = ["NO_MATH", "STYLE", "data_uri", "plain", "write_page"]

# For texts of Matplotlib that hold names: dollar signs in these are not formulas.
NO_MATH = {"parse_math": False}

STYLE = """
.skresample-report { font: 15px/1.45 system-ui, sans-serif; color: #222; background: white;
  max-width: 1150px; margin: auto; padding: 8px; }
.skresample-report h1 { font-size: 1.6em; }
.skresample-report h2 { font-size: 1.25em; margin-top: 1.6em; }
.skresample-report img { width: 100%; height: auto; background: white; }
.skresample-report table { border-collapse: collapse; margin: 1em 0; font-size: 13px; }
.skresample-report th { text-align: left; font-weight: 600; padding: 3px 10px;
  white-space: nowrap; }
.skresample-report tr:first-child th { border-bottom: 2px solid #888; }
.skresample-report td { padding: 3px 10px; text-align: right; font-variant-numeric: tabular-nums;
  white-space: nowrap; border-bottom: 1px solid #e4e4e4; }
.skresample-report td.better { color: #00623f; background: #e5f5ee; font-weight: 600; }
.skresample-report td.worse { color: #9c2f00; background: #fdeee6; font-weight: 600; }
.skresample-report td.same { color: #555; }
"""
PAGE = (
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
    "<title>{title}</title></head><body>\n{body}\n</body></html>\n"
)


def plain(text: Any) -> str:
    """Return a text in one line, in which nothing controls a terminal or a page.

    Parameters
    ----------
    text : object
        Such as the name of a class.

    Returns
    -------
    text : str
        Line breaks and other characters that cannot be printed are written as Python escapes
        them.
    """
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in str(text))


def data_uri(figure: Any) -> str:
    """Return a figure as the address of a picture that is inside a page, and close it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.

    Returns
    -------
    uri : str
        A PNG.
    """
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=130)
    import_extra("matplotlib.pyplot", "cli").close(figure)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def write_page(path: Any, title: str, body: str, *, overwrite: bool) -> Path:
    """Write a page.

    Parameters
    ----------
    path : str or path-like
        Where to. Its directory must exist.
    title, body : str
        What is on it, as HTML.
    overwrite : bool
        Whether a file that is there may be replaced.

    Returns
    -------
    path : pathlib.Path
        The page.

    Raises
    ------
    FileExistsError
        If the file is there and `overwrite` is False. Nothing is written then.
    """
    page = PAGE.format(title=title, body=body)
    return write_atomically(
        path, lambda file: Path(file).write_text(page, encoding="utf-8"), overwrite=overwrite
    )
