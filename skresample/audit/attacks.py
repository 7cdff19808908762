"""Attacks of somebody who has the synthetic rows."""

from typing import NamedTuple

import numpy as np

from skresample.audit.statistics.closeness import nearest_lists
from skresample.audit.statistics.lines import lines_through, matches, meeting_points
from skresample.audit.tables import Sample, Tables
from skresample.compare.arrays import Bools, Floats, Ints

__all__ = ["Recovered", "guesses", "membership_scores", "recover"]

# The density of real rows is estimated from the distance to the k-th nearest neighbor.
K_DENSITY = 5
# Guesses of numbers are right within this many standard deviations.
RIGHT = 0.1
# Numbers with at most so many decimals are rounded, and rounded rows do not lie on lines.
ROUNDED = 6
# Lines are looked for among at most so many rows.
MOST_ON_LINES = 10_000


def membership_scores(tables: Tables, train: Sample, held_out: Sample, synthetic: Sample) -> Floats:
    """Score how likely synthetic rows were generated from each row (n_train + n_held_out, 2).

    By the distance to the nearest synthetic row, and by the density ratio of synthetic and real
    rows :footcite:p:`vanbreugel2023membership`, estimated from neighbors. All rows are of one
    class.
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
    tables: Tables, column: int, targets: Sample, known: Sample, k: int = 1
) -> tuple[Ints, Bools]:
    """Guess a secret column of the targets from the k most similar known rows.

    Returns their positions (n_targets, k), nearest first, and whether each has the right category,
    or a number within a tenth of the standard deviation.
    """
    n_numbers = tables.real.numeric.shape[1]
    values = tables.space(targets, known).without(column)
    n = len(targets)
    among = np.arange(n, n + len(known))
    nearest = values.kneighbors(k, of=np.arange(n), among=among, n_jobs=-1) - n
    if column >= n_numbers:
        codes = targets.codes[:, [column - n_numbers]]
        return nearest, codes == known.codes[nearest, column - n_numbers]
    truth, guess = targets.numeric[:, [column]], known.numeric[nearest, column]
    near = np.abs(truth - guess) <= RIGHT * tables.deviation[column]
    return nearest, near | (np.isnan(truth) & np.isnan(guess))


class Recovered(NamedTuple):
    """The number of lines, and which intersections are real rows, and which real rows are found."""

    lines: int
    right: Bools
    recovered: Bools


def recover(tables: Tables, rows: Floats, real: Floats) -> Recovered | None:
    """Reconstruct real rows of a class from the numbers of its synthetic rows.

    An interpolated row lies on the line between two real rows. Three rows on one line are not a
    coincidence, and where such lines meet is a real row :footcite:p:`ganev2025mirrors`. (In a
    plane all lines meet; there, three have to.) None if fewer than two columns are not rounded.
    """
    rows = rows[~np.isnan(rows).any(axis=1)]
    exact = (rows != np.round(rows, ROUNDED)).any(axis=0)
    rows = np.unique(rows[:MOST_ON_LINES, exact] / tables.deviation[exact], axis=0)
    real = real[:, exact] / tables.deviation[exact]
    complete = ~np.isnan(real).any(axis=1)
    if exact.sum() < 2 or len(rows) < 3 or not complete.any():
        return None
    center = rows.mean(axis=0)
    rows, real = rows - center, real - center
    scale = float(np.sqrt((rows**2).sum(axis=1).mean()))
    least = 3 if np.linalg.matrix_rank(rows, tol=1e-6 * np.linalg.norm(rows)) <= 2 else 2
    lines = lines_through(rows)
    points = meeting_points(*lines, scale=scale, least=least)
    right, found = matches(points, real[complete], scale)
    recovered = np.zeros(len(real), dtype=bool)
    recovered[complete] = found
    return Recovered(len(lines[0]), right, recovered)
