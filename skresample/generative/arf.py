"""Adversarial random forest."""

import warnings
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import RandomForestClassifier

from skresample.generative._truncated import draw_truncated_normal, truncated_moments
from skresample.generative.base import GenerativeOverSampler, Places, with_any
from skresample.generative.progress import progress
from skresample.numerics.normal_scores import NormalScores
from skresample.numerics.threads import n_threads
from skresample.samplers.base import Task
from skresample.samplers.constraints import IntegerInterval, RealInterval

__all__ = ["ARFOverSampler"]

# Forests are grown on no more rows than that.
MOST_ROWS = 20_000

Floats = npt.NDArray[np.floating]


class Members:
    """Which rows of the class are together in the leaves of a tree.

    Parameters
    ----------
    node : ndarray of shape (m,)
        The node that is the leaf of each row.

    Attributes
    ----------
    nodes : ndarray of shape (n_leaves,)
        The nodes that are leaves of rows.
    of_row : ndarray of shape (m,)
        Which of them each row is in.
    order, starts, counts : ndarray
        The rows, leaf by leaf; where in that order each leaf begins, and how many it has.
    """

    def __init__(self, node: Places):
        self.nodes, self.of_row = np.unique(node, return_inverse=True)
        self.order = np.argsort(self.of_row, kind="stable")
        self.counts = np.bincount(self.of_row)
        self.starts = np.cumsum(self.counts) - self.counts

    def mates(self, which: Places, n_columns: int, rng: np.random.Generator) -> Places:
        """Draw, for each row and column, a row of the same leaf, of shape (n, n_columns)."""
        leaf = self.of_row[which][:, np.newaxis]
        steps = rng.integers(0, self.counts[leaf], size=(which.size, n_columns))
        return self.order[self.starts[leaf] + steps]


@dataclass(frozen=True)
class Leaves:
    """The densities in the leaves of a tree.

    Attributes
    ----------
    members : Members
        The rows in them.
    mean, deviation, low, high : ndarray of shape (n_leaves, d)
        Of the normal distribution of each score, and the ends of the box.
    """

    members: Members
    mean: Floats
    deviation: Floats
    low: Floats
    high: Floats

    @classmethod
    def of(cls, tree: Any, table: Floats, d: int, least_rows: int) -> "Leaves":
        """Fit densities to rows, of which the first d columns are scores."""
        node, cut = _leaves(tree, table, least_rows)
        members = Members(node)
        low, high = (ends[members.nodes] for ends in _boxes(tree, d, cut))
        starts, counts = members.starts, members.counts[:, np.newaxis]
        scores = table[members.order, :d]
        mean = np.add.reduceat(scores, starts) / counts
        around = scores - mean[members.of_row[members.order]]
        squares = np.add.reduceat(around**2, starts)
        # What the box alone would say counts as much as one row.
        _, alone = truncated_moments(low, high)
        return cls(members, mean, np.sqrt((squares + alone) / counts), low, high)


def _leaves(tree: Any, table: Floats, least_rows: int) -> tuple[Places, npt.NDArray[np.bool_]]:
    """Return in which node each row ends, and which nodes are cut on the way.

    One is not, if a part would have fewer rows than `least_rows`: all go on to the other.
    """
    left, right = tree.children_left, tree.children_right
    # Scikit-learn's trees compare single with double precision.
    table, rows = table.astype(np.float32), np.arange(len(table))
    node = np.zeros(len(table), dtype=np.intp)
    cut = np.zeros(tree.node_count, dtype=bool)
    while (inner := left[node] >= 0).any():
        feature = np.where(inner, tree.feature[node], 0)
        to_left = table[rows, feature] <= tree.threshold[node]
        child = np.where(inner, np.where(to_left, left[node], right[node]), node)
        # All rows that a node has are at it in the same round.
        count = np.bincount(child, minlength=tree.node_count)
        on_left, on_right = count[left[node]], count[right[node]]
        enough = np.minimum(on_left, on_right) >= least_rows
        most = np.where(on_left >= on_right, left[node], right[node])
        cut[node[inner & enough]] = True
        node = np.where(inner & ~enough, most, child)
    return node, cut


def _boxes(tree: Any, d: int, cut: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return the ends of the box of each node, of shape (n_nodes, d), if some nodes are cut."""
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
    """The leaves of all trees.

    Attributes
    ----------
    trees : list of Leaves
        Of each tree.
    scores : NormalScores
        How columns of numbers are mapped.
    places : ndarray of shape (m, q)
        Levels of the rows of the class.
    """

    trees: list[Leaves]
    scores: NormalScores
    places: Places

    def draw(self, which: Places, rng: np.random.Generator) -> tuple[Floats, Places]:
        """Draw a row from the leaf that each given row has in a tree."""
        tree_of = rng.integers(0, len(self.trees), size=which.size)
        scores = np.empty((which.size, self.scores.scores.shape[1]))
        places = np.empty((which.size, self.places.shape[1]), dtype=np.intp)
        columns = np.arange(places.shape[1])
        for t in np.unique(tree_of):
            tree, drawn = self.trees[t], np.flatnonzero(tree_of == t)
            leaf = tree.members.of_row[which[drawn]]
            scores[drawn] = draw_truncated_normal(
                tree.mean[leaf], tree.deviation[leaf], tree.low[leaf], tree.high[leaf], rng
            )
            places[drawn] = self.places[
                tree.members.mates(which[drawn], columns.size, rng), columns
            ]
        return self.scores.values(scores), places


class ARFOverSampler(GenerativeOverSampler):
    r"""Draw from an adversarial random forest of the class.

    A random forest learns to tell the rows of the class from rows whose columns are drawn one by
    one. Then, in each round, the columns are drawn one by one within the leaves of the last
    forest, and a new forest is to tell these rows from the real ones, until it cannot: within
    its leaves, columns are independent, nearly :footcite:p:`watson2023adversarial`. So the
    density of the class is

    .. math:: p(x) = \frac1T \sum_t \sum_\ell \frac{m_{t\ell}}{m} \prod_j p_{t\ell j}(x_j),

    with :math:`m_{t\ell}` of the m rows in leaf :math:`\ell` of tree t. In a leaf, a normal score
    has a normal distribution between the ends of the leaf's box, and a level the share that it
    has among the leaf's rows.

    Parameters
    ----------
    n_estimators : int, default=30
        Trees of each forest.
    min_samples_leaf : int, default=5
        Rows of the class that a leaf must have, and real and drawn rows in the training. More
        make the columns of a new row less like those of one real row.
    max_iter : int, default=10
        Forests that are trained, at most.
    tolerance : float, default=0.0
        By how much the share of rows that the forest tells right may be above one half (of rows
        that were not used for the tree, out of bag) when the training ends.
    verbose : bool, default=False
        Whether the progress of the training is printed.

    Attributes
    ----------
    history_ : dict
        For each class that was learnt, by label, the share that each forest told right. The
        first is how much columns depend on each other.

    See Also
    --------
    KDEOverSampler : Kernels on rows instead of boxes around many.
    VAEOverSampler : Networks instead of forests.

    Notes
    -----
    The authors' densities are of numbers as they are; here they are of normal scores, which trees
    cut at the same rows, so that columns keep their range and the values that many rows share.
    In a leaf of few rows, a deviation says little: what the box alone would say, a standard
    normal distribution between its ends, counts as much as one row. A cut that leaves fewer than
    `min_samples_leaf` rows of the class on one side is left out, as the authors do.

    Of a class of more than 20,000 rows, forests are grown on 20,000 drawn at random, so that a
    forest does not take minutes; the densities in the leaves are of all rows.

    Columns of numbers with up to ten values, each of at least three rows on average, are levels,
    as categories are; trees cut them in the order of the numbers, or in that in which
    the categories appear. For the training, a missing value is any that the class has in the
    column. A new row goes out from the leaf of a row of the class in some tree; what is missing
    in that row, its parent, is missing in the new one.

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

    def _fit_table(self, rows: Any, rng: np.random.Generator) -> None:
        self.history_: dict[Any, list[float]] = {}

    def _fit_generator(
        self,
        task: Task,
        continuous: Floats,
        places: Places,
        sizes: list[int],
        missing: npt.NDArray[np.bool_],
    ) -> ARFGenerator:
        rng, (m, d) = task.rng, continuous.shape
        places = with_any(places, rng)
        scores = NormalScores(continuous, rng)
        table = np.column_stack([scores.scores, places])
        columns, whole = np.arange(table.shape[1]), table
        if m > MOST_ROWS:
            table, m = table[np.sort(rng.choice(m, MOST_ROWS, replace=False))], MOST_ROWS
        drawn = table[rng.integers(0, m, table.shape), columns]
        accuracies = self.history_.setdefault(task.label, [])
        title = f"ARFOverSampler, class {task.label!r}"
        with progress(self.verbose, self.max_iter, title, "round", "told right") as each_round:
            for n in range(self.max_iter):
                forest = self._told_apart(table, drawn, rng)
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
        return ARFGenerator(trees, scores, places)

    def _told_apart(
        self, table: Floats, drawn: Floats, rng: np.random.Generator
    ) -> RandomForestClassifier:
        """Return a forest that tells rows from drawn ones."""
        forest = RandomForestClassifier(
            self.n_estimators,
            min_samples_leaf=self.min_samples_leaf,
            oob_score=True,
            n_jobs=n_threads(self.n_jobs),
            random_state=int(rng.integers(2**31)),
        )
        with warnings.catch_warnings():
            # With few trees, some rows are in all of them, and count as drawn ones.
            warnings.filterwarnings("ignore", "Some inputs do not have OOB scores")
            warnings.filterwarnings("ignore", "invalid value encountered in divide")
            return forest.fit(
                np.concatenate([table, drawn]), np.repeat([1, 0], [len(table), len(drawn)])
            )
