"""The door out: synthetic rows are written into a table, and a target, of the type of the input."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils import gen_batches

from skresample.table.columns import Codec, box
from skresample.table.frames import NewColumn, bind, take
from skresample.table.one_hot import OneHot
from skresample.table.rows import Rows

__all__ = ["ROWS_AT_ONCE", "Block", "Output", "open_output"]

# Synthetic rows are written in batches, without a second copy of all of them.
ROWS_AT_ONCE = 4096

# How many values of a sparse table are held densely at once.
VALUES_AT_ONCE = 1 << 20


class Block(NamedTuple):
    """Synthetic rows of one class, and the input rows that they come from.

    Attributes
    ----------
    parents : ndarray of shape (n, p)
        Positions of the parents of each synthetic row, -1 for none. Values that are not computed
        are copies of the first parent's, missing ones too; without a parent, a missing value is a
        copy of one in the table.
    numbers : {ndarray, CSR array} of shape (n, d) or None
        The numerical columns; None for copies.
    codes : ndarray of shape (n, c) or None
        The categorical columns, -1 where a value is missing; None for copies.
    draws : ndarray of shape (n,) or None
        A number from U(0, 1) for each row that rounds all its values, and that chose the parent
        of its booleans; None for copies.
    y : ndarray of shape (n,)
        The target of each row, as `Target` encodes it.
    """

    parents: npt.NDArray[np.intp]
    numbers: Any = None
    codes: npt.NDArray[np.signedinteger] | None = None
    draws: npt.NDArray[np.float64] | None = None
    y: Any = None


def open_output(rows: Rows, n_new: int, *, originals: bool, keep_index: bool = False) -> "Output":
    """Allocate a table for `n_new` synthetic rows, to be filled with `Output.put`.

    With `originals`, the rows of the input come first, with `keep_index` with their labels in
    pandas.
    """
    kind: type[Output] = _FrameOutput
    if sparse.issparse(rows.X):
        kind = _SparseOutput
    elif isinstance(rows.X, np.ndarray):
        kind = _ArrayOutput
    return kind(rows, n_new, originals, keep_index and originals)


class Output(ABC):
    """A table of synthetic rows: `put` per block, then `close`."""

    def __init__(self, rows: Rows, n_new: int, originals: bool, keep_index: bool):
        self.rows = rows
        self.n_new = n_new
        self.originals = originals
        self.keep_index = keep_index
        self.filled = 0
        self.y = np.empty(n_new, dtype=np.intp)
        self._allocate()

    def put(self, new: Block) -> None:
        """Write the next block."""
        part = slice(self.filled, self.filled + len(new.parents))
        self._put(part, new)
        self.y[part] = new.y
        self.filled = part.stop

    def close(self) -> Rows:
        """Return the table, with its target."""
        target = self.rows.target.extend(
            self.y, originals=self.originals, keep_index=self.keep_index
        )
        return replace(self.rows, X=self._table(), target=target, **self._like_input())

    @abstractmethod
    def _allocate(self) -> None:
        """Prepare memory for all rows."""

    @abstractmethod
    def _put(self, part: slice, new: Block) -> None:
        """Write the synthetic rows with the positions of a slice."""

    @abstractmethod
    def _table(self) -> Any:
        """Return the table of all rows."""

    def _like_input(self) -> dict[str, Any]:
        """Return what else says how the table is exported; see `Rows`."""
        return {}

    def _batches(
        self, new: Block, part: slice
    ) -> Iterator[tuple[slice, slice, npt.NDArray[np.floating]]]:
        """Yield slices of a block, the same of the output, and the numbers as floats."""
        for batch in gen_batches(len(new.parents), ROWS_AT_ONCE):
            where = slice(part.start + batch.start, part.start + batch.stop)
            yield batch, where, new.numbers[batch].copy()  # one-hot groups change it

    @cached_property
    def _rounding(self) -> npt.NDArray[np.intp]:
        """The positions of the numerical columns that are rounded."""
        rounds = np.zeros(self.rows.numeric.shape[1], dtype=bool)
        for chosen, codec in self.rows.columns.codecs:
            rounds[chosen] = codec.rounds
        return np.flatnonzero(rounds)

    def _base(self, parents: npt.NDArray[np.intp]) -> npt.NDArray[np.floating]:
        """Return the numbers of the parents in the rounded columns; NaN without a parent."""
        numeric, rounding = self.rows.numeric, self._rounding
        if rounding.size == numeric.shape[1]:
            base = numeric[parents].astype(np.float64, copy=False)
        else:
            base = np.full((len(parents), numeric.shape[1]), np.nan)
            base[:, rounding] = numeric[np.ix_(parents, rounding)]
        base[parents < 0] = np.nan
        return base

    def _rounded(
        self, new: Block, batch: slice, floats: npt.NDArray[np.floating]
    ) -> Callable[[Any, Codec], npt.NDArray[Any]]:
        """Settle the one-hot groups of a batch, and return a function that decodes its columns."""
        assert new.draws is not None
        base, draws = self._base(new.parents[batch, 0]), new.draws[batch]
        for group in self.rows.one_hot:
            if not group.of_codes:
                members = group.members
                floats[:, members] = group.settle(floats[:, members], base[:, members], draws)

        def written(chosen: Any, codec: Codec) -> npt.NDArray[Any]:
            start = np.nan_to_num(base[:, chosen]) if codec.rounds else 0.0
            return codec.decode(floats[:, chosen], draws[:, np.newaxis], start)

        return written

    def _models(
        self,
        i: int,
        parents: npt.NDArray[np.intp],
        codes: npt.NDArray[np.signedinteger],
    ) -> npt.NDArray[np.intp]:
        """Return the rows from which the values of a categorical column are copied."""
        columns = self.rows.columns
        like = self._missing_like(int(columns.categories[i]), parents)
        return np.where(codes < 0, like, np.append(columns.first_rows[i], 0)[codes])

    def _missing_like(self, j: int, parents: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        """Return the parents; where there is none, a row with a missing value in a column."""
        if (parents >= 0).all():
            return parents
        return np.where(parents < 0, self.rows.row_with_missing(j), parents)

    def _codes(self, new: Block) -> npt.NDArray[np.signedinteger]:
        """Return the codes of a block; -1, for the parent's, if they are not computed."""
        if new.codes is None:
            like = self.rows.codes
            return np.full((len(new.parents), like.shape[1]), -1, dtype=like.dtype)
        codes = new.codes
        assert new.draws is not None
        for group in self.rows.one_hot:
            if group.of_codes:
                parents, members = new.parents[:, 0], group.members
                both = codes[:, members], self.rows.codes[np.ix_(parents, members)]
                values, base = (np.where(some < 0, np.nan, some == 1) for some in both)
                base[parents < 0] = np.nan
                codes = codes.copy()
                settled = group.settle(values, base, new.draws)
                codes[:, members] = np.nan_to_num(settled, nan=-1)
        return codes


class _ArrayOutput(Output):
    def _allocate(self) -> None:
        rows, X = self.rows, self.rows.X
        n_old = len(X) if self.originals else 0
        self.table = np.empty((n_old + self.n_new, *X.shape[1:]), dtype=X.dtype)
        self.table[:n_old] = X[:n_old]
        self.new = self.table[n_old:]
        self.mask: Any = None
        self.new_mask: Any = None
        if rows.mask is not None:
            self.mask = np.zeros(self.table.shape, dtype=bool)
            self.mask[:n_old] = rows.mask[:n_old]
            self.new_mask = self.mask[n_old:]

    def _put(self, part: slice, new: Block) -> None:
        X = self.rows.X
        if new.numbers is None:
            # Without a mode, take fills a buffer as large as the output first.
            np.take(X, new.parents[:, 0], axis=0, out=self.new[part], mode="clip")
            if self.rows.mask is not None:
                self.new_mask[part] = self.rows.mask[new.parents[:, 0]]
            return
        columns = self.rows.columns
        if columns.numeric.dtype == X.dtype and not columns.categories.size:
            self.new[part] = new.numbers
            if self.rows.mask is not None:
                self.new_mask[part] = np.isnan(self.new[part])
            if len(columns.codecs) == 1:
                return
            for batch in gen_batches(len(new.parents), ROWS_AT_ONCE):
                floats = self.new[part][batch]
                written = self._rounded(new, batch, floats)
                for chosen, codec in columns.codecs[1:]:
                    floats[:, chosen] = written(chosen, codec)
            return
        for batch, where, floats in self._batches(new, part):
            written = self._rounded(new, batch, floats)
            for chosen, codec in columns.codecs:
                values = written(chosen, codec)
                if X.dtype == object:
                    values = self._boxed(values, np.isnan(floats[:, chosen]), chosen, new, batch)
                self.new[where, columns.numbers[chosen]] = values
            if self.rows.mask is not None:
                self.new_mask[where, columns.numbers] = np.isnan(floats)
        codes = self._codes(new)
        for i, j in enumerate(columns.categories):
            models = self._models(i, new.parents[:, 0], codes[:, i])
            self.new[part, j] = X[models, j]
            if self.rows.mask is not None:
                self.new_mask[part, j] = self.rows.mask[models, j]

    def _boxed(
        self,
        values: npt.NDArray[Any],
        missing: npt.NDArray[np.bool_],
        chosen: Any,
        new: Block,
        batch: slice,
    ) -> npt.NDArray[Any]:
        """Return computed values as objects; missing ones are the parent's."""
        X, numbers = self.rows.X, self.rows.columns.numbers[chosen]
        boxed = np.empty(values.shape, dtype=object)
        for i, j in enumerate(numbers):
            like = self._missing_like(j, new.parents[batch, 0])
            boxed[:, i] = box(values[:, i], like, X[:, j])
            boxed[missing[:, i], i] = X[like, j][missing[:, i]]
        return boxed

    def _table(self) -> Any:
        return self.table

    def _like_input(self) -> dict[str, Any]:
        types = self.rows.row_types
        if types is not None:
            types = (types if self.originals else []) + types[:1] * self.n_new
        return {"mask": self.mask, "row_types": types}


class _SparseOutput(Output):
    def _allocate(self) -> None:
        self.blocks = [self.rows.X] if self.originals else []

    def _put(self, part: slice, new: Block) -> None:
        X = self.rows.X
        if new.numbers is None:
            self.blocks.append(X.tocsr()[new.parents[:, 0]])
            return
        columns = self.rows.columns
        numeric = new.numbers
        if isinstance(numeric, np.ndarray):
            numeric = sparse.csr_array(numeric)
        for group in self.rows.one_hot:
            if not group.of_codes:
                numeric = self._settled(numeric, group, new)
        data, indices = numeric.data, numeric.indices
        row = np.repeat(np.arange(numeric.shape[0]), np.diff(numeric.indptr))
        assert new.draws is not None
        for chosen, codec in columns.codecs:
            inside = slice(None) if isinstance(chosen, slice) else np.isin(indices, chosen)
            base: Any = 0.0
            if not indices[inside].size:
                continue
            if codec.rounds:
                parents = new.parents[row[inside], 0]
                base = np.asarray(self.rows.numeric[parents, indices[inside]]).ravel()
                base = np.where(parents < 0, 0.0, base)
            values = codec.decode(numeric.data[inside], new.draws[row[inside]], base)
            if isinstance(chosen, slice):
                data = values
            else:
                data[inside] = values
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

    def _settled(self, numeric: Any, group: OneHot, new: Block) -> Any:
        """Return a matrix with a single 1 in each row of a one-hot group."""
        assert new.draws is not None
        members, parts = group.members, []
        by_column = numeric.tocsc()[:, members].tocsr()
        of_parents = self.rows.numeric.tocsc()[:, members].tocsr()
        for batch in gen_batches(numeric.shape[0], max(1, VALUES_AT_ONCE // len(members))):
            parents = new.parents[batch, 0]
            base = of_parents[parents].toarray()
            base[parents < 0] = np.nan
            settled = group.settle(by_column[batch].toarray(), base, new.draws[batch])
            parts.append(sparse.csr_array(settled))
        ones = sparse.vstack(parts, format="coo")
        outside = ~np.isin(numeric.indices, members)
        rest = sparse.csr_array(
            (
                numeric.data[outside],
                numeric.indices[outside],
                np.append(0, np.cumsum(outside))[numeric.indptr],
            ),
            shape=numeric.shape,
        )
        placed = sparse.coo_array((ones.data, (ones.row, members[ones.col])), shape=numeric.shape)
        return (rest + placed.tocsr()).tocsr()

    def _table(self) -> Any:
        X = self.rows.X
        if not self.blocks:
            return X[:0]
        return type(X)(sparse.vstack(self.blocks, format=X.format, dtype=X.dtype))


class _FrameOutput(Output):
    def _allocate(self) -> None:
        self.parents = np.empty(self.n_new, dtype=np.intp)
        self.copied = np.ones(self.n_new, dtype=bool)
        # What is computed: numbers, where they are missing, and codes, by column.
        self.numbers: list[npt.NDArray[Any]] = []
        self.missing: dict[int, npt.NDArray[np.bool_]] = {}
        self.codes: list[npt.NDArray[np.signedinteger]] = []

    def _put(self, part: slice, new: Block) -> None:
        self.parents[part] = new.parents[:, 0]
        if new.numbers is None:
            return
        columns = self.rows.columns
        if self.copied.all():
            self.numbers = [np.empty(0)] * columns.numbers.size
            for chosen, codec in columns.codecs:
                for i in np.arange(columns.numbers.size)[chosen].tolist():
                    self.numbers[i] = np.empty(self.n_new, codec.dtype)
            # -1, so that values that are not computed are the parent's.
            dtype = columns.codes.dtype
            self.codes = [np.full(self.n_new, -1, dtype) for _ in columns.categories]
        self.copied[part] = False
        for batch, where, floats in self._batches(new, part):
            written = self._rounded(new, batch, floats)
            for chosen, codec in columns.codecs:
                values = written(chosen, codec)
                for k, i in enumerate(np.arange(columns.numbers.size)[chosen].tolist()):
                    self.numbers[i][where] = values[:, k]
            missing = np.isnan(floats)
            for i in np.flatnonzero(missing.any(axis=0)).tolist():
                none = np.zeros(self.n_new, dtype=bool)
                self.missing.setdefault(i, none)[where] = missing[:, i]
        if new.codes is not None:
            settled = self._codes(new)
            for i, codes in enumerate(self.codes):
                codes[part] = settled[:, i]

    def _table(self) -> Any:
        if self.copied.all():
            old = np.arange(len(self.rows) if self.originals else 0)
            taken = np.concatenate([old, self.parents])
            return take(self.rows.X, taken, n_old=len(old), keep_index=self.keep_index)
        columns = self.rows.columns
        numbers = {j: i for i, j in enumerate(columns.numbers.tolist())}
        categories = {j: i for i, j in enumerate(columns.categories.tolist())}

        def new(j: int) -> NewColumn:
            if j not in numbers:
                i = categories[j]
                codes, self.codes[i] = self.codes[i], np.empty(0, dtype=np.int8)
                return NewColumn(self._models(i, self.parents, codes))
            i = numbers[j]
            values, self.numbers[i] = self.numbers[i], np.empty(0)  # not held any longer
            missing = self.missing.pop(i, self.copied) | self.copied
            return NewColumn(self._missing_like(j, self.parents), values, missing)

        return bind(
            self.rows.frame,
            self.rows.X,
            new,
            self.n_new,
            originals=self.originals,
            keep_index=self.keep_index,
        )
