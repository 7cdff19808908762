"""The door: any table comes in as `Rows`, new rows go out in the make of the table."""

from skresample.table.output import Output, Synthetic, open_output
from skresample.table.rows import Columns, Rows, read_rows
from skresample.table.target import Target, read_target

__all__ = [
    "Columns",
    "Output",
    "Rows",
    "Synthetic",
    "Target",
    "open_output",
    "read_rows",
    "read_target",
]
