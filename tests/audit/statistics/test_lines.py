"""Lines on which rows lie, and the points at which they meet."""

import numpy as np
import pytest

from skresample import SMOTE, KDEOverSampler
from skresample.audit.statistics.lines import lines_through, matches, meeting_points


def between(a, b, steps):
    return np.array([np.add(a, np.multiply(t, np.subtract(b, a))) for t in steps])


def attack(rows, least):
    return meeting_points(*lines_through(rows), scale=1.0, least=least)


def test_two_lines_meet_at_the_row_that_they_share():
    shared = [1.0, 2.0, 3.0]
    first = between(shared, [4.0, 2.5, 1.0], [0.2, 0.5, 0.9])
    second = between(shared, [0.0, 5.0, 7.0], [0.1, 0.3, 0.6])
    origins, directions, spans = lines_through(np.concatenate([first, second]))
    assert len(origins) == 2
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1)
    assert (spans[:, 0] > 0).all()
    assert (spans[:, 0] <= spans[:, 1]).all()
    points = meeting_points(origins, directions, spans, scale=1.0, least=2)
    np.testing.assert_allclose(points, [shared])


def test_two_rows_make_no_line():
    rows = np.concatenate([between([0, 0, 0], [1, 2, 3], [0.3, 0.6]), np.eye(3) * 5 + 0.1])
    assert len(lines_through(rows)[0]) == 0


def test_rows_nearly_on_a_line_are_not_on_it():
    rows = between([0.0, 0.0, 0.0], [1.0, 2.0, 3.0], [0.1, 0.4, 0.8])
    assert len(lines_through(rows)[0]) == 1
    rows[1, 0] += 1e-4
    assert len(lines_through(rows)[0]) == 0


def test_lines_along_an_axis_do_not_count():
    rows = np.array([[0.1, 5.0, 2.0], [0.7, 5.0, 2.0], [0.9, 5.0, 2.0], [3.0, 1.0, 7.0]])
    assert len(lines_through(rows)[0]) == 0


def test_lines_do_not_meet_between_their_rows():
    """A crossing amid the rows of a line is no end of it."""
    first = between([-1.0, -1.0, 0.0], [1.0, 1.0, 0.0], [0.1, 0.3, 0.9])
    second = between([-1.0, 1.0, 0.0], [1.0, -1.0, 0.0], [0.2, 0.4, 0.9])
    assert len(lines_through(np.concatenate([first, second]))[0]) == 2
    assert len(attack(np.concatenate([first, second]), 2)) == 0


def test_in_a_plane_three_lines_have_to_meet():
    shared = [0.0, 0.0]
    ends = [[1.0, 2.0], [2.0, -1.0], [-1.0, 1.3]]
    lines = [between(shared, end, [0.2, 0.5, 0.7]) for end in ends]
    points = attack(np.concatenate(lines), 3)
    np.testing.assert_allclose(points, [shared], atol=1e-9)
    assert len(attack(np.concatenate(lines[:2]), 3)) == 0


@pytest.mark.parametrize("d", [2, 3, 8, 20])
def test_rows_of_smote_give_away_the_rows_that_they_were_made_of(d):
    rng = np.random.default_rng(d)
    X = np.concatenate([rng.normal(size=(600, d)), rng.normal(size=(40, d)) + 1])
    y = np.repeat([0, 1], [600, 40])
    new, _ = SMOTE(random_state=0).fit_resample(X, y)
    points = attack(new[640:], 3 if d == 2 else 2)
    right, recovered = matches(points, X[600:], 1.0)
    assert right.mean() >= 0.9
    assert recovered.mean() >= 0.8


@pytest.mark.parametrize("d", [2, 8])
def test_rows_of_a_density_lie_on_no_line(d):
    rng = np.random.default_rng(d)
    X = np.concatenate([rng.normal(size=(600, d)), rng.normal(size=(40, d)) + 1])
    y = np.repeat([0, 1], [600, 40])
    new, _ = KDEOverSampler(random_state=1).fit_resample(X, y)
    assert len(lines_through(new[640:])[0]) == 0


def test_nothing_is_matched_without_points():
    right, recovered = matches(np.empty((0, 2)), np.ones((3, 2)), 1.0)
    assert right.shape == (0,)
    assert not recovered.any()
