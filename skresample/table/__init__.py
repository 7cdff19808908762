"""The door: any table comes in as `Rows`, synthetic rows go out in the type of the table."""

from skresample.table._refusals import refuse_not_in_memory
from skresample.table.frames import (
    append_table,
    copy_index,
    is_frame,
    labels_of,
    open_frame,
    rename,
    take_rows,
    to_pandas,
)
from skresample.table.labels import one_class, read_labels, read_target
from skresample.table.output import ROWS_AT_ONCE, Block, Output, open_output
from skresample.table.read import read_like, read_rows, with_unique_names
from skresample.table.rows import Columns, Rows
from skresample.table.target import ALL_ROWS, MOST_ROWS, Target, Task, is_count

__all__ = [
    "ALL_ROWS",
    "MOST_ROWS",
    "ROWS_AT_ONCE",
    "Block",
    "Columns",
    "Output",
    "Rows",
    "Target",
    "Task",
    "append_table",
    "copy_index",
    "is_count",
    "is_frame",
    "labels_of",
    "one_class",
    "open_frame",
    "open_output",
    "read_labels",
    "read_like",
    "read_rows",
    "read_target",
    "refuse_not_in_memory",
    "rename",
    "take_rows",
    "to_pandas",
    "with_unique_names",
]
