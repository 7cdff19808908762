"""Parameters and attributes that all samplers share, described once."""

import re
from typing import TypeVar

__all__ = ["fill_doc"]

T = TypeVar("T", bound=type)

SHARED = {
    "sampling_strategy": """
sampling_strategy : float, str, dict or callable, default='auto'
    How many rows each class is to have, as in imbalanced-learn:

    - ``'auto'`` or ``'not majority'``: every class as many as the largest;
    - ``'minority'``: only the smallest class, as many as the largest;
    - ``'not minority'``, ``'all'``: the classes that the words say;
    - float in (0, 1], two classes only: rows of the minority over rows of the
      majority, rounded down to whole rows. Already met is nothing to do, and a warning says so;
    - dict: the wanted number of rows per label;
    - callable: takes ``y``, returns such a dict.
""",
    "random_state": """
random_state : int, RandomState instance or None, default=None
    Seed of all draws. The same seed gives the same rows at any ``n_jobs``, and each
    class has a stream of its own.
""",
    "k_neighbors": """
k_neighbors : int or estimator, default={default}
    How many nearest rows of the same class a new row may be drawn towards. An
    estimator with ``kneighbors`` (:class:`sklearn.neighbors.NearestNeighbors`, say)
    finds them instead; as in imbalanced-learn, its ``n_neighbors`` counts the row
    itself. A class with fewer rows uses what there is, with a warning.
""",
    "m_neighbors": """
m_neighbors : int or estimator, default=10
    How many nearest rows of the whole table decide whether a minority row is safe,
    in danger or noise. An estimator as for `k_neighbors`.
""",
    "n_jobs": """
n_jobs : int, default=None
    Threads of the neighbour search and of drawing between rows; -1 for all processors.
    None is one for a search with a tree (up to 5 features, or few rows), else all of them.
""",
    "categorical_features": """
categorical_features : {'auto', None}, array-like or callable, default='auto'
    Which columns are categories: names of a frame's columns, positions, a mask, or a
    callable that returns such. ``'auto'`` takes the columns of strings, categories and
    booleans of a frame or an array of objects; None takes none, so that booleans are
    numbers. A tuple in a list names columns of zeros and ones that are one category together
    (one-hot encoded): they stay numbers, and a new row has one 1 among them, or none if some
    rows have none. Adjacent columns that sum to 1 in every row are recognized.
""",
    "standardize": """
standardize : bool, default=False
    Whether distances are taken of numbers over their standard deviations, so that they
    do not depend on units. New rows are in the units of the table either way.
""",
    "neighbors": """
neighbors : {'auto', 'exact', 'approximate'}, default='auto'
    How nearest neighbors are searched for. ``'approximate'`` takes rows at most a few
    hundredths further than the nearest, in time that grows with the rows instead of with
    their square. Small tables, sparse ones, and those with categories or missing values
    are searched exactly all the same. ``'auto'`` is approximate from 5 * 10**10 products
    of the class's rows, the rows searched and features on: about a second of exact search.
""",
    "bounds": """
bounds : {'observed', None} or mapping, default=None
    What new numbers stay within: the range of each column in the table, or a pair
    (lowest, highest) per name or position of a column, None for an open end. Beyond a
    bound they are reflected.
""",
    "keep_index": """
keep_index : bool, default=False
    Whether the rows of a pandas frame or Series keep their labels. New rows are then
    labelled with whole numbers that go on from the largest, or, in an index of any other
    kind, not at all. Otherwise all rows are numbered, as in imbalanced-learn.
""",
    "smote": """
smote : sampler, default=None
    What over-samples, with its own `sampling_strategy`: any sampler of this library, or an
    over-sampler of imbalanced-learn. None for :class:`SMOTE`.
""",
    "hybrid_attributes": """
is_synthetic_ : ndarray of shape (n_out,)
    False for rows that were given, True for new ones.
input_indices_ : ndarray of shape (n_out,)
    Position of each row that was given in the input, -1 for new ones.
parents_ : ndarray of shape (n_synthetic, p)
    Positions of the input rows behind each new row that is left, -1 for none.
n_removed_ : dict
    How many rows were removed after over-sampling, per label.
sampler_, smote_ : sampler
    The fitted sampler.
is_moved_ : ndarray of shape (n_out,)
    True for given rows that `smote` moved, where it moves any.
sampling_strategy_ : dict
    Rows that were made per label, before rows were removed.
n_features_in_ : int
    Number of features of the table.
feature_names_in_ : ndarray of shape (`n_features_in_`,)
    Their names, where the table had names that are all strings.
""",
    "attributes": """
categorical_features_ : ndarray of shape (c,)
    Positions of the columns that are categories (where new values are computed).
sampling_strategy_ : dict
    Rows to be made per label.
is_synthetic_ : ndarray of shape (n_out,)
    False for the rows that were given, True for the new ones (by ``fit_resample``).
parents_ : ndarray of shape (n_synthetic, p)
    Positions of the input rows behind each new row, -1 for none (by ``fit_resample``).
n_features_in_ : int
    Number of features of the table.
feature_names_in_ : ndarray of shape (`n_features_in_`,)
    Their names, where the table had names that are all strings.
""",
}


def fill_doc(cls: T) -> T:
    """Put the shared texts where a class docstring has ``{name}`` or ``{name 5}`` on a line.

    Parameters
    ----------
    cls : type
        Class with such a docstring; the value after the name fills ``{default}``.

    Returns
    -------
    cls : type
        The same class.
    """

    def text(match: re.Match[str]) -> str:
        indent, name, default = match.groups()
        lines = SHARED[name].strip().replace("{default}", default or "").splitlines()
        return "\n".join(indent + line if line else line for line in lines)

    cls.__doc__ = re.sub(r"^( *)\{(\w+)(?: (\w+))?\}$", text, cls.__doc__ or "", flags=re.M)
    return cls
