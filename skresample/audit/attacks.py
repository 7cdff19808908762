"""What an attacker who has the synthetic rows would do."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from skresample.audit.statistics.closeness import nearest_lists
from skresample.audit.statistics.lines import lines_through, matches, meeting_points
from skresample.audit.tables import Side, Tables

__all__ = ["Recovered", "guesses", "membership_scores", "recover"]

# The density of real rows at a place is read from the distance of the k-th nearest.
K_DENSITY = 5
# Guesses of numbers are right within so many standard deviations.
RIGHT = 0.1
# Numbers with at most so many decimals are rounded, and rounded rows lie on no line.
ROUNDED = 6
# More rows on lines are not looked through.
MOST_ON_LINES = 10_000


def membership_scores(
    tables: Tables, train: Side, held_out: Side, synthetic: Side
) -> npt.NDArray[np.float64]:
    """Score real rows of a class by how much they look as if synthetic rows were made of them.

    The first attack takes the distance of the nearest synthetic row. The second asks whether
    synthetic rows are dense where real ones are not, as van Breugel et al. do
    :footcite:p:`vanbreugel2023membership`, with the densities that the distances of nearest
    rows stand for.

    Parameters
    ----------
    tables : Tables
        What is audited.
    train, held_out, synthetic : Side
        Rows of one class: those that synthetic rows were made of, others, and the synthetic.

    Returns
    -------
    scores : ndarray of shape (n_train + n_held_out, 2)
        Greater for rows that look like members.

    References
    ----------
    .. footbibliography::
    """
    values = tables.space(train, held_out, synthetic)
    n = len(train) + len(held_out)
    candidates, others = np.arange(n), np.arange(n, n + len(synthetic))
    nearest = nearest_lists(values, 1, of=candidates, among=others).distances[:, 0]
    around = nearest_lists(values, K_DENSITY, of=candidates, among=candidates).distances[:, -1]
    tiny = np.finfo(np.float64).tiny
    ratio = np.log(np.maximum(around, tiny)) - np.log(np.maximum(nearest, tiny))
    return np.stack([-nearest, ratio], axis=1)


def guesses(
    tables: Tables, column: int, targets: Side, known: Side, k: int = 1
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Say for which rows a secret value is that of the most similar rows that are known.

    Parameters
    ----------
    tables : Tables
        What is audited.
    column : int
        Which value is secret, numbers counted before categories; all others are known.
    targets : Side
        Rows whose value is guessed.
    known : Side
        Rows that the guesses are made with.
    k : int, default=1
        How many of the most similar.

    Returns
    -------
    nearest : ndarray of shape (n_targets, k)
        Their positions, the most similar first.
    right : ndarray of shape (n_targets, k)
        Whether each of them says a category, or a number to a tenth of its standard deviation.
    """
    n_numbers = tables.real.numeric.shape[1]
    values = tables.space(targets, known).without(column)
    n = len(targets)
    nearest = values.kneighbors(k, of=np.arange(n), among=np.arange(n, n + len(known))) - n
    if column >= n_numbers:
        codes = targets.codes[:, [column - n_numbers]]
        return nearest, codes == known.codes[nearest, column - n_numbers]
    truth, guess = targets.numeric[:, [column]], known.numeric[nearest, column]
    near = np.abs(truth - guess) <= RIGHT * tables.deviation[column]
    return nearest, near | (np.isnan(truth) & np.isnan(guess))


class Recovered(NamedTuple):
    """What the reconstruction attack found.

    Attributes
    ----------
    lines : int
        On how many lines synthetic rows lie.
    right : ndarray of shape (p,)
        For each point at which lines meet, whether it is a real row.
    recovered : ndarray of shape (n,)
        For each real row, whether it is such a point.
    """

    lines: int
    right: npt.NDArray[np.bool_]
    recovered: npt.NDArray[np.bool_]


def recover(
    tables: Tables, rows: npt.NDArray[np.float64], real: npt.NDArray[np.float64]
) -> Recovered | None:
    """Recover real rows of a class from synthetic ones alone.

    An interpolated row lies on the line between two real rows. Three rows on one line are no
    accident, and where such lines meet is a real row :footcite:p:`ganev2025mirrors`. (In a
    plane all lines meet; there, three have to.)

    Parameters
    ----------
    tables : Tables
        What is audited.
    rows : ndarray of shape (m, d)
        The numbers of the synthetic rows.
    real : ndarray of shape (n, d)
        Those of the real ones, to see what was recovered.

    Returns
    -------
    recovered : Recovered or None
        In the columns of numbers that are not rounded; None if there are not two of these.

    References
    ----------
    .. footbibliography::
    """
    rows = rows[~np.isnan(rows).any(axis=1)]
    exact = (rows != np.round(rows, ROUNDED)).any(axis=0)
    rows = np.unique(rows[:MOST_ON_LINES, exact] / tables.deviation[exact], axis=0)
    real = real[:, exact] / tables.deviation[exact]
    complete = ~np.isnan(real).any(axis=1)
    if exact.sum() < 2 or len(rows) < 3 or not complete.any():
        return None
    centre = rows.mean(axis=0)
    rows, real = rows - centre, real - centre
    scale = float(np.sqrt((rows**2).sum(axis=1).mean()))
    least = 3 if np.linalg.matrix_rank(rows, tol=1e-6 * np.linalg.norm(rows)) <= 2 else 2
    lines = lines_through(rows)
    points = meeting_points(*lines, scale=scale, least=least)
    right, found = matches(points, real[complete], scale)
    recovered = np.zeros(len(real), dtype=bool)
    recovered[complete] = found
    return Recovered(len(lines[0]), right, recovered)
