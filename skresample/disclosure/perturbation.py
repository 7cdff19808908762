"""Perturbation of the rows of a table, for disclosure control."""

import warnings
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.utils import gen_batches
from sklearn.utils._param_validation import StrOptions

from skresample.density.base import Density, standardized
from skresample.disclosure._masking import (
    GroupMembers,
    GroupMoments,
    draw_anew,
    linkage_proportion,
    microaggregate,
    swap_ranks,
)
from skresample.neighbors import mismatch_cost, space_of_columns
from skresample.numerics.kernels import Kernels, Root, Spiked, matrix_sqrt
from skresample.numerics.levels import atoms
from skresample.samplers.base import (
    BaseOverSampler,
    Task,
    filled,
    naming_columns,
    rows_of,
    rows_per_block,
    seed_sequence,
)
from skresample.samplers.constraints import WIDEST, IntegerInterval, RealInterval
from skresample.samplers.parameters import Bounds, CategoricalFeatures
from skresample.table import (
    Block,
    Rows,
    copy_index,
    one_class,
    open_output,
    read_like,
    read_rows,
    take_rows,
)

__all__ = ["Perturbation"]

Floats = npt.NDArray[np.floating]

METHODS = ("noise", "correlated_noise", "microaggregation", "rank_swap", "pram")
# Most released rows on which linkage is measured: its 95 % CI is then ±0.014 or less.
MOST_LINKED = 5_000


class Changes(NamedTuple):
    """What was learned of a class: its numbers, where they are missing, and how they change.

    Without a `density`, numbers are exchanged, or stay. Of a column with `atoms`, values are
    first drawn anew, and atoms then stay; `anew` says from what.
    """

    rows: Floats
    missing: npt.NDArray[np.bool_]
    density: Density | None = None
    atoms: npt.NDArray[np.bool_] | None = None
    anew: GroupMembers | None = None

    def draw(self, which: npt.NDArray[np.intp], rng: np.random.Generator) -> Floats:
        """Draw from the density, but for atoms."""
        assert self.density is not None
        new = self.density.draw(which, rng)
        if self.atoms is None or self.anew is None:
            return new
        for j in np.flatnonzero(self.atoms.any(axis=0)):
            base, is_other = self.anew.draw(which, rng)
            if is_other.any() and not self.atoms[:, j].all():
                new[is_other, j] = self.density.draw(base[is_other], rng)[:, j]
            stays = self.atoms[base, j]
            new[stays, j] = self.rows[base[stays], j]
        return new


class Perturbation(BaseOverSampler):
    r"""Change rows a little: by noise, means of groups, exchange of values or of categories.

    Each new row is one of the class, changed; `perturb` changes all rows of a table, for a
    release of it. How numbers are changed is the `method`:

    - ``'noise'``: a value x of a column with the mean :math:`\bar x` and the standard deviation
      :math:`\sigma` becomes

      .. math:: \bar x + \frac{x - \bar x + e}{\sqrt{1 + s^2}}, \qquad e \sim N(0, s^2 \sigma^2),

      of which the variance is :math:`\sigma^2` :footcite:p:`kim1986method`;
    - ``'correlated_noise'``: the same with e of the covariance of the columns, times
      :math:`s^2`, so that the covariance is kept too;
    - ``'microaggregation'``: rows are put in groups of at least `group_size`, by MDAV
      :footcite:p:`domingo2005ordinal`, and drawn from the normal distribution with the mean and
      the covariance of their group :footcite:p:`domingo2010hybrid`;
    - ``'rank_swap'``: values are exchanged with those of rows of nearby rank
      :footcite:p:`moore1996controlled`, so that a column keeps its values;
    - ``'pram'``: numbers stay.

    Categories are drawn anew, each as likely as it is frequent, with the probability `change`:
    invariant post-randomisation :footcite:p:`gouweleeuw1998post`, with every method. So are, with
    noise, numbers that are levels: all of a column of up to ten values, each of three rows
    at least on average, and the lowest and the highest value of any, if a twentieth of the rows has
    it. From a group, they are taken from one of its rows.

    Parameters
    ----------
    method : {'noise', 'correlated_noise', 'microaggregation', 'rank_swap', 'pram'}, default='noise'
        How numbers are changed.
    scale : float, default=0.1
        The s, for noise: its deviation, in those of the columns.
    group_size : int, default=3
        How many rows a group has at least, for microaggregation.
    window : float, default=0.1
        How far ranks may be apart for an exchange, as a share of the rows.
    change : float, default=0.1
        With which probability a category or a level is drawn anew, from 0 to 1. It may be
        drawn again.
    preserve_variance : bool, default=True
        Whether the variance is kept, for noise and microaggregation. Otherwise noise is added
        and no more, and rows are the means of their groups.
    bounds : {'observed', None} or mapping, default='observed'
        What new numbers stay within: the range of each column in the table, or a pair
        (lowest, highest) per name or position of a column, None for an open end. Beyond a
        bound they are reflected.

    Attributes
    ----------
    linkage_ : float
        Re-identification risk: the proportion of new rows whose nearest given row is the row
        they came from (by ``fit_resample`` and `perturb`), measured on at most 5,000 new rows
        drawn at random. NaN if there is no new row.

    See Also
    --------
    MarginalSampler : Rows from distributions, which are nobody's.
    RWOSampling : Noise that shrinks with the class.

    Notes
    -----
    Small amounts of noise do not prevent re-identification: an attacker with the original rows
    links most of the perturbed rows to them. `linkage_` measures this risk on standardized
    numbers. Among copies of a row, each is as likely to be found. A low risk is not a proof that
    nothing can be learned about a row.

    Variances are kept but for rounding and bounds: whole numbers stay whole and decimals as few.
    What is reflected at a bound takes some variance away, and moves the mean of a column that is
    crowded there; where that matters, take ``bounds=None``. What is missing in a row stays so.
    With more than 2,500 rows, groups are looked for in parts of the class.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from skresample import Perturbation
    >>> X = load_wine(as_frame=True).data
    >>> little = Perturbation(scale=0.1, random_state=0)
    >>> released = little.perturb(X)
    >>> much = Perturbation(method="microaggregation", group_size=10, random_state=0)
    >>> released = much.perturb(X)
    >>> little.linkage_ > 0.9 > 0.3 > much.linkage_
    True
    """

    method: Annotated[str, StrOptions(set(METHODS))] = "noise"
    scale: Annotated[float, RealInterval(0, WIDEST, closed="right")] = 0.1
    group_size: Annotated[int, IntegerInterval(2)] = 3
    window: Annotated[float, RealInterval(0, 1, closed="right")] = 0.1
    change: Annotated[float, RealInterval(0, 1, closed="both")] = 0.1
    preserve_variance: bool = True
    categorical_features: CategoricalFeatures = "auto"
    bounds: Bounds = "observed"

    _paper = (
        "Kim (1986), A method for limiting disclosure in microdata based on random noise and "
        "transformation"
    )

    _knows_others: ClassVar[bool] = False

    _min_rows: ClassVar[int] = 2

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.sampler_tags.measures_linkage = True
        # Numbers stay, or are those of other rows, or means of groups.
        means = self.method == "microaggregation" and not self.preserve_variance
        tags.sampler_tags.repeats_rows = means or self.method in ("pram", "rank_swap")
        return tags

    def perturb(self, X: Any) -> Any:
        """Change all rows of a table.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            The table. No target is needed: means and groups are those of all its rows.

        Returns
        -------
        X_changed : {ndarray, list, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Its rows, changed, in their order and of the type that was given. `linkage_` says
            how many can be told.

        Raises
        ------
        ValueError
            If the table cannot be used, has one row, or there is nothing in it to change.
        """
        self._validate_params()
        rows = read_rows(X, self, numeric=True, categorical=self.categorical_features)
        n = len(rows)
        if n < self._min_rows:
            raise ValueError(f"Perturbation needs at least {self._min_rows} rows, got {n}.")
        self.categorical_features_ = rows.columns.categories
        self._check(rows)
        fit, draw, link = map(np.random.default_rng, seed_sequence(self.random_state).spawn(3))
        rows.target = one_class(n)
        task = rows.target.task(0, rows, fit)
        output = open_output(rows, n, originals=False)
        fitted = self._fit_class(task)
        for part in gen_batches(n, rows_per_block(task)):
            output.put(self._finished_block(task, fitted, np.arange(n)[part], draw.spawn(1)[0]))
        changed = output.close().export()
        if self.keep_index:
            changed = copy_index(changed, X, np.arange(n))
        self.linkage_ = self._linkage(rows, changed, np.arange(n), link)
        return changed

    def _check(self, rows: Rows) -> None:
        """Refuse a table in which there is nothing to change."""
        columns = rows.columns
        numbers = columns.numbers.size and self.method != "pram"
        if numbers or (columns.categories.size and self.change):
            return
        raise ValueError(
            f"Perturbation: method={self.method!r} with change={self.change} changes nothing in a "
            f"table of {columns.numbers.size} columns of numbers and {columns.categories.size} of "
            "categories: take 'noise' for numbers, or a change above 0 for categories."
        )

    def _fit_table(self, rows: Rows, rng: np.random.Generator) -> None:
        self.__dict__.pop("linkage_", None)  # of earlier rows
        self._check(rows)

    def _resample(self, rows: Rows, wanted: Mapping[Any, int] | None = None) -> Rows:
        resampled = super()._resample(rows, wanted)
        changed = resampled.take(np.flatnonzero(self.is_synthetic_)).export()
        rng = self._draw_streams[0].spawn(1)[0]
        self.linkage_ = self._linkage(rows, changed, self.parents_[:, 0], rng)
        return resampled

    def _linkage(
        self, rows: Rows, changed: Any, own: npt.NDArray[np.intp], rng: np.random.Generator
    ) -> float:
        """Return the proportion of perturbed rows whose nearest original row is their own."""
        if not own.size:
            return np.nan
        if own.size > MOST_LINKED:
            some = np.sort(rng.choice(own.size, MOST_LINKED, replace=False))
            changed, own = take_rows(changed, some), own[some]
        n = len(rows)
        # As they are released: rounded, and in bounds.
        new_numeric, new_codes = read_like(changed, rows, self)
        numeric = np.concatenate([rows_of(rows.numeric, np.arange(n)), new_numeric])
        codes = np.concatenate([rows.codes, new_codes])
        holes = np.isnan(numeric)
        same = np.column_stack([np.nan_to_num(numeric), holes, codes])[:n]
        _, which, counts = np.unique(same, axis=0, return_inverse=True, return_counts=True)
        numeric = numeric / rows.deviation
        space = space_of_columns(numeric, codes, mismatch_cost(numeric[:n]))
        with naming_columns(rows):
            return linkage_proportion(space, n, own, counts[which.ravel()])

    def _fit_class(self, task: Task) -> Changes:
        rows, missing = filled(task)
        if self.method not in ("noise", "correlated_noise", "microaggregation"):
            return Changes(rows, missing)
        m = len(rows)
        if self.method == "microaggregation":
            varies, space, points = standardized(rows)
            if m < self.group_size:
                warnings.warn(
                    f"Perturbation: group_size asks for {self.group_size} rows of a group of "
                    f"class {task.label!r}, and there are {m} to choose from: these were used.",
                    UserWarning,
                    stacklevel=2,
                )
            groups = microaggregate(points, self.group_size)
            drawn: Any = GroupMoments.of(points, groups, spread=self.preserve_variance)
            density = Density(drawn, space, varies, rows[0])
            if not self.preserve_variance:
                return Changes(rows, missing, density)
            return Changes(rows, missing, density, atoms(rows), GroupMembers(groups, 1.0))
        is_atom = atoms(rows)
        varies, space, points = standardized(_but_for(is_atom, rows, task.rng))
        scale = float(self.scale)
        shrink = 1 / np.sqrt(1 + scale**2) if self.preserve_variance else 1.0
        root: Root = Spiked.identity(points.shape[1], shrink * scale)
        if self.method == "correlated_noise":
            root = shrink * scale * matrix_sqrt(points.T @ points / m)
        kernels = Kernels(shrink * points, root)
        density = Density(kernels, space, varies, rows[0])
        anyone = GroupMembers(np.zeros(m, dtype=np.intp), self.change)
        return Changes(rows, missing, density, is_atom, anyone)

    def _base_weights(self, task: Task, fitted: Changes) -> Floats:
        return np.ones(len(task.minority))

    def _draw(
        self,
        task: Task,
        fitted: Changes,
        which: npt.NDArray[np.intp],
        rng: np.random.Generator,
    ) -> Block:
        n_new = which.size
        codes = draw_anew(task.rows.codes[task.minority], which, self.change, rng)
        swapped, turn = fitted.rows[np.newaxis], np.zeros(n_new, dtype=np.intp)
        if self.method == "rank_swap":
            given = np.where(fitted.missing, np.nan, fitted.rows)
            counts = np.bincount(which)
            swapped = swap_ranks(given, self.window, int(counts.max()), rng)
            # How often a row came before: each time, it is from another swap of the table.
            order = np.argsort(which, kind="stable")
            turn[order] = np.arange(n_new) - np.repeat(np.cumsum(counts) - counts, counts)

        def draw(part: slice, rng: np.random.Generator) -> Floats:
            if fitted.density is None:
                new = swapped[turn[part], which[part]]
            else:
                new = fitted.draw(which[part], rng)
            new[fitted.missing[which[part]]] = np.nan
            return new

        numbers = self._in_batches(task, draw, n_new, rng)
        return Block(task.minority[which][:, np.newaxis], numbers, codes)


def _but_for(is_atom: npt.NDArray[np.bool_], rows: Floats, rng: np.random.Generator) -> Floats:
    """Return rows with other values of the column in place of atoms; 0 if there are none."""
    rest = rows.copy()
    for j in np.flatnonzero(is_atom.any(axis=0)):
        here = is_atom[:, j]
        others = rows[~here, j] if not here.all() else np.zeros(1)
        rest[here, j] = rng.choice(others, np.count_nonzero(here))
    return rest
