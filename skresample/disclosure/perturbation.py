"""Perturbation of a table, for disclosure control."""

import warnings
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.utils import gen_batches
from sklearn.utils._param_validation import StrOptions

from skresample.density.base import Density, standardized
from skresample.disclosure._masking import (
    GroupMoments,
    draw_anew,
    linkage_proportion,
    microaggregate,
    swap_ranks,
)
from skresample.neighbors import mismatch_cost, space_of_columns
from skresample.numerics.allocation import by_group
from skresample.numerics.kernels import Kernels, Root, Spiked, matrix_sqrt
from skresample.numerics.levels import atoms
from skresample.samplers.base import (
    BaseOverSampler,
    Task,
    filled,
    naming_columns,
    refilled,
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
Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]

# The most released rows on which linkage is measured: its 95 % CI is then ±0.014 or less.
MOST_LINKED = 5_000


class Changes(NamedTuple):
    """What was learned from a class: its numbers, where they are `missing`, and how they change.

    Without a `density`, numbers are exchanged or stay. In a column with `atoms`, values are first
    drawn from the row's group with a `probability`, and atoms then stay.
    """

    rows: Floats
    missing: Mask
    density: Density | None = None
    atoms: Mask | None = None
    groups: Positions | None = None
    probability: float | None = None

    def draw(self, which: Positions, rng: np.random.Generator) -> Floats:
        """Draw from the density, except for atoms."""
        assert self.density is not None
        new = self.density.draw(which, rng)
        if self.atoms is None or self.groups is None or self.probability is None:
            return new
        order, sizes, starts, _ = by_group(self.groups)
        group = self.groups[which]
        for j in np.flatnonzero(self.atoms.any(axis=0)):
            is_other = rng.random(which.size) < self.probability
            base = np.where(is_other, order[starts[group] + rng.integers(sizes[group])], which)
            if is_other.any() and not self.atoms[:, j].all():
                new[is_other, j] = self.density.draw(base[is_other], rng)[:, j]
            stays = self.atoms[base, j]
            new[stays, j] = self.rows[base[stays], j]
        return new


class Perturbation(BaseOverSampler):
    r"""Perturbation of samples, for disclosure control.

    Each synthetic sample is a changed sample of the class. `perturb` changes all samples of a table
    that you want to release. `method` says how numerical features change:

    - ``'noise'``: a value x of a feature with mean :math:`\bar x` and standard deviation
      :math:`\sigma` becomes

      .. math:: \bar x + \frac{x - \bar x + e}{\sqrt{1 + s^2}}, \qquad e \sim N(0, s^2 \sigma^2),

      which has the variance :math:`\sigma^2` :footcite:p:`kim1986method`;
    - ``'correlated_noise'``: e has :math:`s^2` times the covariance of the features, so that
      covariances are kept, too;
    - ``'microaggregation'``: MDAV forms groups of at least `group_size` samples
      :footcite:p:`domingo2005ordinal`. New samples are drawn from the normal distribution with the
      mean and the covariance of their group :footcite:p:`domingo2010hybrid`;
    - ``'rank_swap'``: samples of nearby rank exchange values :footcite:p:`moore1996controlled`, so
      that a feature keeps its values;
    - ``'pram'``: numbers stay.

    All methods redraw categories by their frequencies with the probability `change`, invariant
    post-randomization :footcite:p:`gouweleeuw1998post`. Noise also redraws discrete numbers: all of
    a feature with up to ten values, each of three samples on average. In any feature, the lowest
    and the highest value count as discrete if a twentieth of the samples has them. Microaggregation
    takes discrete numbers from a sample of the group.

    Parameters
    ----------
    method : {'noise', 'correlated_noise', 'microaggregation', 'rank_swap', 'pram'}, default='noise'
        How numerical features change.
    scale : float, default=0.1
        Standard deviation s of the noise, in those of the features.
    group_size : int, default=3
        The least number of samples in a group.
    window : float, default=0.1
        The largest difference of ranks for an exchange, as a proportion of the samples.
    change : float, default=0.1
        Probability from 0 to 1 that a category or discrete number is redrawn, possibly the same.
    preserve_variance : bool, default=True
        If True, noise and microaggregation keep variances. Otherwise noise is only added, and
        microaggregation returns group means.

    Attributes
    ----------
    linkage_ : float
        Re-identification risk: the proportion of synthetic samples whose nearest original sample is
        the one they came from, after ``fit_resample`` or `perturb`. It is measured on at most
        5,000 random synthetic samples, and NaN without any.

    See Also
    --------
    MarginalSampler : Draws from distributions instead of changing samples.
    RWOSampling : Noise that shrinks with the size of the class.

    Notes
    -----
    Small amounts of noise do not prevent re-identification: an attacker with the original samples
    links most of the perturbed ones to them. `linkage_` measures this risk on standardized numbers;
    each of several equal samples is as likely to be found. A low risk is not a proof that nothing
    can be learned about a sample.

    Rounding and bounds change variances slightly: whole numbers stay whole, and decimals as few.
    Reflection at a bound reduces the variance and shifts the mean of a feature that is crowded
    there; ``bounds=None`` prevents that. Missing values stay missing. Groups among more than 2,500
    samples are formed in parts of the class.

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

    method: Annotated[
        str, StrOptions({"noise", "correlated_noise", "microaggregation", "rank_swap", "pram"})
    ] = "noise"
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
        """Change all samples of a table, and measure `linkage_`.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            The table. It needs no target: means and groups are those of all samples.

        Returns
        -------
        X_changed : {ndarray, list, sparse matrix, DataFrame} of shape (n_samples, n_features)
            The changed samples in their order, of the type of `X`.

        Raises
        ------
        ValueError
            If the table cannot be used, has one sample, or nothing in it can be changed.
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
        """Raise an error if nothing would change."""
        d, q = rows.columns.numbers.size, rows.columns.categories.size
        if not (d and self.method != "pram") and not (q and self.change):
            raise ValueError(
                f"Perturbation: method={self.method!r} with change={self.change} changes nothing "
                f"in a table of {d} numerical and {q} categorical columns: take 'noise' for "
                "numbers, or a change above 0 for categories."
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

    def _linkage(self, rows: Rows, changed: Any, own: Positions, rng: np.random.Generator) -> float:
        """Return the proportion of perturbed rows whose nearest original row is their own."""
        if not own.size:
            return np.nan
        if own.size > MOST_LINKED:
            some = np.sort(rng.choice(own.size, MOST_LINKED, replace=False))
            changed, own = take_rows(changed, some), own[some]
        n = len(rows)
        # As released: rounded, and within bounds.
        new_numeric, new_codes = read_like(changed, rows, self)
        numeric = np.concatenate([rows_of(rows.numeric, np.arange(n)), new_numeric])
        codes = np.concatenate([rows.codes, new_codes])
        same = np.column_stack([np.nan_to_num(numeric), np.isnan(numeric), codes])[:n]
        _, which, counts = np.unique(same, axis=0, return_inverse=True, return_counts=True)
        numeric = numeric / rows.deviation
        space = space_of_columns(numeric, codes, mismatch_cost(numeric[:n]))
        with naming_columns(rows):
            return linkage_proportion(space, n, own, counts[which.ravel()])

    def _fit_class(self, task: Task) -> Changes:
        rows, missing = filled(task)
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
            moments: Any = GroupMoments.of(points, groups, spread=self.preserve_variance)
            density = Density(moments, space, varies, rows[0])
            if not self.preserve_variance:
                return Changes(rows, missing, density)
            return Changes(rows, missing, density, atoms(rows), groups, 1.0)
        if self.method in ("rank_swap", "pram"):
            return Changes(rows, missing)
        is_atom = atoms(rows)
        varies, space, points = standardized(refilled(rows, is_atom, task.rng))
        scale = float(self.scale)
        shrink = 1 / np.sqrt(1 + scale**2) if self.preserve_variance else 1.0
        root: Root = Spiked.identity(points.shape[1], shrink * scale)
        if self.method == "correlated_noise":
            root = shrink * scale * matrix_sqrt(points.T @ points / m)
        density = Density(Kernels(shrink * points, root), space, varies, rows[0])
        everyone = np.zeros(m, dtype=np.intp)
        return Changes(rows, missing, density, is_atom, everyone, self.change)

    def _base_weights(self, task: Task, fitted: Changes) -> Floats:
        return np.ones(len(task.minority))

    def _draw(
        self, task: Task, fitted: Changes, which: Positions, rng: np.random.Generator
    ) -> Block:
        n_new = which.size
        codes = draw_anew(task.rows.codes[task.minority], which, self.change, rng)
        swapped, turn = fitted.rows[np.newaxis], np.zeros(n_new, dtype=np.intp)
        if self.method == "rank_swap":
            given = np.where(fitted.missing, np.nan, fitted.rows)
            # Each repetition of a row is from another swap of the table.
            turn = by_group(which)[3]
            swapped = swap_ranks(given, self.window, int(turn.max()) + 1, rng)

        def draw(part: slice, rng: np.random.Generator) -> Floats:
            if fitted.density is None:
                new = swapped[turn[part], which[part]]
            else:
                new = fitted.draw(which[part], rng)
            new[fitted.missing[which[part]]] = np.nan
            return new

        numbers = self._in_batches(task, draw, n_new, rng)
        return Block(task.minority[which][:, np.newaxis], numbers, codes)
