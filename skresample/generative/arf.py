"""Adversarial random forest."""

import warnings
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import RandomForestClassifier

from skresample.generative._truncated import draw_truncated_normal, truncated_moments
from skresample.generative.base import ClassData, GenerativeOverSampler, Indices, with_any
from skresample.numerics.normal_scores import NormalScores
from skresample.numerics.threads import n_threads
from skresample.samplers.base import Task
from skresample.samplers.constraints import IntegerInterval, RealInterval

__all__ = ["ARFOverSampler"]

# A forest is grown on at most this number of rows.
MOST_ROWS = 20_000

Floats = npt.NDArray[np.floating]


class Members:
    """The rows of a class grouped by the leaves of a tree, given the leaf node of each row.

    `nodes` are the leaves that have rows, and `of_row` the position of each row's leaf among them.
    `order` are the rows sorted by leaf; `starts` and `counts` tell where each leaf is in it.
    """

    def __init__(self, node: Indices):
        self.nodes, self.of_row = np.unique(node, return_inverse=True)
        self.order = np.argsort(self.of_row, kind="stable")
        self.counts = np.bincount(self.of_row)
        self.starts = np.cumsum(self.counts) - self.counts

    def mates(self, parents: Indices, n_columns: int, rng: np.random.Generator) -> Indices:
        """Draw, for each row and column, a row of the same leaf, of shape (n, n_columns)."""
        leaf = self.of_row[parents][:, np.newaxis]
        steps = rng.integers(0, self.counts[leaf], size=(parents.size, n_columns))
        return self.order[self.starts[leaf] + steps]


@dataclass(frozen=True)
class Leaves:
    """Truncated normal distributions of scores in the leaves of a tree: each (n_leaves, d)."""

    members: Members
    mean: Floats
    deviation: Floats
    low: Floats
    high: Floats

    @classmethod
    def of(cls, tree: Any, table: Floats, d: int, least_rows: int) -> "Leaves":
        """Fit densities to rows, whose first d columns are scores."""
        node, cut = _leaves(tree, table, least_rows)
        members = Members(node)
        low, high = (ends[members.nodes] for ends in _boxes(tree, d, cut))
        starts, counts = members.starts, members.counts[:, np.newaxis]
        scores = table[members.order, :d]
        mean = np.add.reduceat(scores, starts) / counts
        around = scores - mean[members.of_row[members.order]]
        squares = np.add.reduceat(around**2, starts)
        # The variance within the box alone counts as one row, since leaves have few rows.
        _, alone = truncated_moments(low, high)
        return cls(members, mean, np.sqrt((squares + alone) / counts), low, high)


def _leaves(tree: Any, table: Floats, least_rows: int) -> tuple[Indices, npt.NDArray[np.bool_]]:
    """Return the leaf node of each row, and which nodes split.

    If a side would have fewer rows than `least_rows`, all rows go to the other side.
    """
    left, right = tree.children_left, tree.children_right
    # scikit-learn's trees compare values in single precision with thresholds in double.
    table, rows = table.astype(np.float32), np.arange(len(table))
    node = np.zeros(len(table), dtype=np.intp)
    cut = np.zeros(tree.node_count, dtype=bool)
    while (inner := left[node] >= 0).any():
        feature = np.where(inner, tree.feature[node], 0)
        to_left = table[rows, feature] <= tree.threshold[node]
        child = np.where(inner, np.where(to_left, left[node], right[node]), node)
        # All rows of a node reach it in the same iteration.
        count = np.bincount(child, minlength=tree.node_count)
        on_left, on_right = count[left[node]], count[right[node]]
        enough = np.minimum(on_left, on_right) >= least_rows
        most = np.where(on_left >= on_right, left[node], right[node])
        cut[node[inner & enough]] = True
        node = np.where(inner & ~enough, most, child)
    return node, cut


def _boxes(tree: Any, d: int, cut: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return the limits of each node's box, of shape (n_nodes, d), given the nodes that split."""
    low = np.full((tree.node_count, d), -np.inf)
    high = np.full((tree.node_count, d), np.inf)
    left, right = tree.children_left, tree.children_right
    for node in np.flatnonzero(left >= 0):  # parents come before their children
        for child in (left[node], right[node]):
            low[child], high[child] = low[node], high[node]
        if (j := tree.feature[node]) < d and cut[node]:
            high[left[node], j] = low[right[node], j] = tree.threshold[node]
    return low, high


@dataclass(frozen=True)
class ARFGenerator:
    """The leaves of all trees, the scores of the class, and its levels, of shape (m, q)."""

    trees: list[Leaves]
    scores: NormalScores
    levels: Indices

    def draw(self, parents: Indices, rng: np.random.Generator) -> tuple[Floats, Indices]:
        """Draw a row from the leaf of each parent in a random tree."""
        tree_of = rng.integers(0, len(self.trees), size=parents.size)
        scores = np.empty((parents.size, self.scores.scores.shape[1]))
        levels = np.empty((parents.size, self.levels.shape[1]), dtype=np.intp)
        columns = np.arange(levels.shape[1])
        for t in np.unique(tree_of):
            tree, drawn = self.trees[t], np.flatnonzero(tree_of == t)
            leaf = tree.members.of_row[parents[drawn]]
            scores[drawn] = draw_truncated_normal(
                tree.mean[leaf], tree.deviation[leaf], tree.low[leaf], tree.high[leaf], rng
            )
            levels[drawn] = self.levels[
                tree.members.mates(parents[drawn], columns.size, rng), columns
            ]
        return self.scores.values(scores), levels


class ARFOverSampler(GenerativeOverSampler):
    r"""Adversarial random forest (ARF).

    A random forest learns to distinguish the samples of the class from samples whose features are
    drawn independently. Then features are drawn independently within the leaves of the last
    forest, and a new forest learns to distinguish these samples from real ones, and so on. When it
    cannot, features are nearly independent within its leaves
    :footcite:p:`watson2023adversarial`. The density of the class is then

    .. math:: p(x) = \frac1T \sum_t \sum_\ell \frac{m_{t\ell}}{m} \prod_j p_{t\ell j}(x_j),

    with :math:`m_{t\ell}` of the m samples in leaf :math:`\ell` of tree t. Within a leaf, a normal
    score has a normal distribution truncated to the leaf's box, and a category its frequency among
    the leaf's samples.

    Parameters
    ----------
    n_estimators : int, default=30
        Number of trees of each forest.
    min_samples_leaf : int, default=5
        Minimum number of samples of the class in a leaf, and of real and drawn samples in the
        training. With more, a synthetic sample depends less on a single real sample.
    max_iter : int, default=10
        Maximum number of forests.
    tolerance : float, default=0.0
        Training stops when the forest's out-of-bag accuracy is at most this much above one half.
    verbose : bool, default=False
        If True, the progress of the training is printed.

    Attributes
    ----------
    history_ : dict
        The out-of-bag accuracy of each forest, for each learned class, by label. The first
        measures how much features depend on each other.

    See Also
    --------
    KDEOverSampler : Kernel density estimate.
    VAEOverSampler : Variational autoencoder (VAE).

    Notes
    -----
    The paper estimates densities of the numbers; here they are densities of normal scores.
    Trees split these at the same samples, and each feature keeps its range and frequent values.
    The standard deviation in a leaf with few samples is unreliable. The variance of a standard
    normal distribution truncated to the box therefore counts as one further sample. A split is
    ignored if it leaves fewer than `min_samples_leaf` samples of the class on one side.

    If a class has more than 20,000 samples, forests are grown on a random 20,000 of them, which
    limits a forest to seconds. The densities in the leaves use all samples.

    Numerical features with up to ten values, each of at least three samples on average, are
    treated like categorical features. Trees split numbers in their order, and categories in order
    of appearance. In training, random values of the feature replace missing values. A synthetic
    sample is drawn from the leaf of its parent, a sample of the class, in a random tree. It has
    the parent's missing values.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import ARFOverSampler
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> sampler = ARFOverSampler(random_state=0)
    >>> X_new, y_new = sampler.fit_resample(X, y)
    >>> int(sum(y_new == 0)), int(sum(y_new == 1))
    (91, 91)
    """

    n_estimators: Annotated[int, IntegerInterval(1, 10**6)] = 30
    min_samples_leaf: Annotated[int, IntegerInterval(1)] = 5
    max_iter: Annotated[int, IntegerInterval(1, 10**6)] = 10
    tolerance: Annotated[float, RealInterval(0, 0.5, closed="both")] = 0.0
    verbose: bool = False
    _renamed: ClassVar[dict[str, str]] = {"max_rounds": "max_iter"}

    _paper = (
        "Watson, Blesch, Kapar, Wright (2023), Adversarial random forests for density estimation "
        "and generative modeling"
    )

    def _fit_generator(self, task: Task, data: ClassData) -> ARFGenerator:
        rng, (m, d) = task.rng, data.continuous.shape
        levels = with_any(data.levels, rng)
        scores = NormalScores(data.continuous, rng)
        table = np.column_stack([scores.scores, levels])
        columns, whole = np.arange(table.shape[1]), table
        if m > MOST_ROWS:
            table, m = table[np.sort(rng.choice(m, MOST_ROWS, replace=False))], MOST_ROWS
        drawn = table[rng.integers(0, m, table.shape), columns]
        accuracies = self.history_.setdefault(task.label, [])
        with self._training(task, "round", "accuracy") as each_round:
            for n in range(self.max_iter):
                forest = self._fit_forest(table, drawn, rng)
                accuracies.append(float(forest.oob_score_))
                each_round(n, accuracies[-1])
                better = n == 0 or accuracies[-1] < accuracies[-2]
                if accuracies[-1] <= 0.5 + self.tolerance or not better:
                    break
                tree_of, like = rng.integers(0, [[self.n_estimators], [m]], size=(2, m))
                for t, tree in enumerate(forest.estimators_):
                    rows = np.flatnonzero(tree_of == t)
                    members = Members(tree.apply(table))
                    drawn[rows] = table[members.mates(like[rows], columns.size, rng), columns]
        trees = [
            Leaves.of(one.tree_, whole, d, self.min_samples_leaf) for one in forest.estimators_
        ]
        return ARFGenerator(trees, scores, levels)

    def _fit_forest(
        self, table: Floats, drawn: Floats, rng: np.random.Generator
    ) -> RandomForestClassifier:
        """Return a forest that classifies rows as real or drawn."""
        forest = RandomForestClassifier(
            self.n_estimators,
            min_samples_leaf=self.min_samples_leaf,
            oob_score=True,
            n_jobs=n_threads(self.n_jobs),
            random_state=int(rng.integers(2**31)),
        )
        is_real = np.repeat([1, 0], [len(table), len(drawn)])
        with warnings.catch_warnings():
            # With few trees, some rows are in all of them, and count as drawn rows.
            warnings.filterwarnings("ignore", "Some inputs do not have OOB scores")
            warnings.filterwarnings("ignore", "invalid value encountered in divide")
            return forest.fit(np.concatenate([table, drawn]), is_real)
