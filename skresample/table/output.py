"""The door out: new rows are written into a table of the make that came in."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils import gen_batches

from skresample.table.frames import as_series, bind, open_frame, stack, take
from skresample.table.rows import Rows

__all__ = ["ROWS_AT_ONCE", "Fill", "Output", "Synthetic", "open_output"]

# New rows are made in batches, so that no second copy of them is; slices of them begin at
# multiples of this.
ROWS_AT_ONCE = 4096

Fill = Callable[[slice, npt.NDArray[np.floating]], None]


class Synthetic(NamedTuple):
    """New rows of one class, and the input rows that they came from.

    Attributes
    ----------
    parents : ndarray of shape (n, p)
        Positions of the input rows behind each new row, -1 for none. Whatever a method
        does not compute is copied from the first parent, and what is missing from it or, where
        there is no parent, from a row of the table in which it is.
    numeric : {callable, CSR matrix} or None
        The columns of numbers: ``numeric(part, out)`` writes a slice of the new rows into an
        array of shape (n_part, d), one slice after the other; a matrix of shape (n, d) for
        a sparse table. None for copies.
    codes : ndarray of shape (n, c) or None
        The categories, -1 where a value is missing; read after `numeric` was called. None for
        copies.
    """

    parents: npt.NDArray[np.intp]
    numeric: Fill | Any = None
    codes: npt.NDArray[np.signedinteger] | None = None


def open_output(rows: Rows, n_new: int, *, originals: bool, keep_index: bool = False) -> "Output":
    """Allocate a table for new rows.

    Parameters
    ----------
    rows : Rows
        The input.
    n_new : int
        How many rows are to come.
    originals : bool
        Whether the input's own rows come first.
    keep_index : bool, default=False
        Whether they keep the labels that they have in pandas.

    Returns
    -------
    output : Output
        To be filled with ``put``.
    """
    if sparse.issparse(rows.X):
        return _SparseOutput(rows, n_new, originals)
    if isinstance(rows.X, np.ndarray):
        return _ArrayOutput(rows, n_new, originals)
    return _FrameOutput(rows, n_new, originals, keep_index)


class Output(ABC):
    """A table being written: ``put`` per class, then ``close``.

    Parameters
    ----------
    rows : Rows
        The input.
    n_new : int
        How many rows are to come.
    originals : bool
        Whether the input's own rows come first.
    """

    def __init__(self, rows: Rows, n_new: int, originals: bool):
        self.rows = rows
        self.n_new = n_new
        self.originals = originals
        self.filled = 0

    def put(self, new: Synthetic, rng: np.random.Generator) -> None:
        """Take the next rows; random numbers are for rounding."""
        part = slice(self.filled, self.filled + len(new.parents))
        self._put(part, new, rng)
        self.filled = part.stop

    @abstractmethod
    def _put(self, part: slice, new: Synthetic, rng: np.random.Generator) -> None:
        """Write the new rows with the positions of a slice."""

    @abstractmethod
    def close(self) -> Any:
        """Return the table."""

    def _batches(
        self, new: Synthetic, part: slice
    ) -> Iterator[tuple[slice, npt.NDArray[np.floating]]]:
        """Yield where in the output a batch of new rows goes, and their numbers as floats."""
        numeric = self.rows.numeric
        room = np.empty((min(ROWS_AT_ONCE, len(new.parents)), numeric.shape[1]), numeric.dtype)
        for batch in gen_batches(len(new.parents), ROWS_AT_ONCE):
            floats = room[: batch.stop - batch.start]
            new.numeric(batch, floats)
            yield slice(part.start + batch.start, part.start + batch.stop), floats

    def _models(
        self,
        i: int,
        parents: npt.NDArray[np.intp],
        codes: npt.NDArray[np.signedinteger],
    ) -> npt.NDArray[np.intp]:
        """Return the rows that have the values of a column of categories: to be copied."""
        columns = self.rows.columns
        like = self._with_hole(int(columns.categories[i]), parents)
        return np.where(codes < 0, like, np.append(columns.first_rows[i], 0)[codes])

    def _with_hole(self, j: int, parents: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        """Return the parents; where there is none, a row without a value in a column."""
        if (parents >= 0).all():
            return parents
        return np.where(parents < 0, self.rows.hole(j), parents)

    def _codes(self, new: Synthetic) -> npt.NDArray[np.signedinteger]:
        """Return the codes of new rows; -1, which is for the parent's, if none were computed."""
        if new.codes is not None:
            return new.codes
        like = self.rows.codes
        return np.full((len(new.parents), like.shape[1]), -1, dtype=like.dtype)


class _ArrayOutput(Output):
    def __init__(self, rows: Rows, n_new: int, originals: bool):
        super().__init__(rows, n_new, originals)
        X = rows.X
        n_old = len(X) if originals else 0
        self.table = np.empty((n_old + n_new, X.shape[1]), dtype=X.dtype)
        self.table[:n_old] = X[:n_old]
        self.new = self.table[n_old:]

    def _put(self, part: slice, new: Synthetic, rng: np.random.Generator) -> None:
        X = self.rows.X
        if new.numeric is None:
            # Without a mode, take fills a buffer as large as the output first.
            np.take(X, new.parents[:, 0], axis=0, out=self.new[part], mode="clip")
            return
        columns = self.rows.columns
        if columns.numeric.dtype == X.dtype and not columns.categories.size:
            new.numeric(slice(0, len(new.parents)), self.new[part])
            for chosen, recipe in columns.recipes[1:]:
                self.new[part, chosen] = recipe.decode(self.new[part][:, chosen], rng)
            return
        for where, floats in self._batches(new, part):
            for chosen, recipe in columns.recipes:
                values = recipe.decode(floats[:, chosen], rng)
                if X.dtype == object:
                    missing = np.isnan(floats[:, chosen])
                    values = values.astype(object)
                    parents = new.parents[where.start - part.start : where.stop - part.start, 0]
                    numbers = np.arange(columns.numbers.size)[chosen]
                    like = [self._with_hole(columns.numbers[i], parents) for i in numbers]
                    values[missing] = X[np.transpose(like), columns.numbers[numbers]][missing]
                self.new[where, columns.numbers[chosen]] = values
        codes = self._codes(new)
        for i, j in enumerate(columns.categories):
            self.new[part, j] = X[self._models(i, new.parents[:, 0], codes[:, i]), j]

    def close(self) -> Any:
        return self.table.tolist() if self.rows.as_list else self.table


class _SparseOutput(Output):
    def __init__(self, rows: Rows, n_new: int, originals: bool):
        super().__init__(rows, n_new, originals)
        self.blocks = [rows.X] if originals else []

    def _put(self, part: slice, new: Synthetic, rng: np.random.Generator) -> None:
        X = self.rows.X
        if new.numeric is None:
            self.blocks.append(X.tocsr()[new.parents[:, 0]])
            return
        columns = self.rows.columns
        numeric = new.numeric
        if callable(numeric):
            parts = [sparse.csr_array(floats) for _, floats in self._batches(new, part)]
            numeric = sparse.vstack(parts, format="csr")
        data = numeric.data
        for chosen, recipe in columns.recipes:
            if isinstance(chosen, slice):
                data = recipe.decode(numeric.data, rng)
            else:
                inside = np.isin(numeric.indices, chosen)
                data[inside] = recipe.decode(numeric.data[inside], rng)
        block = sparse.csr_array((data, numeric.indices, numeric.indptr), shape=numeric.shape)
        if columns.categories.size:
            csr, codes = X.tocsr(), self._codes(new)
            copied = [
                csr[self._models(i, new.parents[:, 0], codes[:, i])][:, [j]]
                for i, j in enumerate(columns.categories)
            ]
            order = np.argsort(np.concatenate([columns.numbers, columns.categories]))
            block = sparse.hstack([block, *copied], format="csr")[:, order]
        self.blocks.append(block.astype(X.dtype, copy=False))

    def close(self) -> Any:
        X = self.rows.X
        if not self.blocks:
            return X[:0]
        return type(X)(sparse.vstack(self.blocks, format=X.format, dtype=X.dtype))


class _FrameOutput(Output):
    def __init__(self, rows: Rows, n_new: int, originals: bool, keep_index: bool):
        super().__init__(rows, n_new, originals)
        self.keep_index = keep_index
        self.parents = np.empty(n_new, dtype=np.intp)
        self.copied = np.ones(n_new, dtype=bool)
        # Of what is computed: new numbers, where they are missing, and categories.
        self.numbers: list[npt.NDArray[Any]] = []
        self.missing: dict[int, npt.NDArray[np.bool_]] = {}
        self.codes: list[npt.NDArray[np.signedinteger]] = []

    def _put(self, part: slice, new: Synthetic, rng: np.random.Generator) -> None:
        self.parents[part] = new.parents[:, 0]
        if new.numeric is None:
            return
        columns = self.rows.columns
        if self.copied.all():
            self.numbers = [np.empty(self.n_new, recipe.dtype) for _, recipe in columns.recipes]
            # -1, and so copied from the parent, where nothing else is said.
            dtype = columns.codes.dtype
            self.codes = [np.full(self.n_new, -1, dtype) for _ in columns.categories]
        self.copied[part] = False
        for where, floats in self._batches(new, part):
            for i, (_, recipe) in enumerate(columns.recipes):
                self.numbers[i][where] = recipe.decode(floats[:, i], rng)
                if (missing := np.isnan(floats[:, i])).any():
                    none = np.zeros(self.n_new, dtype=bool)
                    self.missing.setdefault(i, none)[where] = missing
        if new.codes is not None:
            for i, codes in enumerate(self.codes):
                codes[part] = new.codes[:, i]

    def close(self) -> Any:
        X, frame = self.rows.X, open_frame(self.rows.X)
        if self.copied.all():
            old = np.arange(len(self.rows) if self.originals else 0)
            taken = np.concatenate([old, self.parents])
            return take(X, taken, n_old=len(old), keep_index=self.keep_index)
        columns = self.rows.columns
        numbers = {j: i for i, j in enumerate(columns.numbers.tolist())}
        categories = {j: i for i, j in enumerate(columns.categories.tolist())}
        done = []
        for j in range(len(self.rows.names)):
            series = frame[:, j]
            if j in numbers:
                i = numbers[j]
                values, self.numbers[i] = self.numbers[i], np.empty(0)  # not held any longer
                missing = self.missing.pop(i, self.copied) | self.copied
                new = as_series(values, missing, series, self._with_hole(j, self.parents))
                del values
            else:
                i = categories[j]
                codes, self.codes[i] = self.codes[i], np.empty(0, dtype=np.int8)
                new = series[self._models(i, self.parents, codes)]
            done.append(stack(series, new) if self.originals else new)
        return bind(
            frame, done, X, n_old=len(self.rows), keep_index=self.keep_index and self.originals
        )
