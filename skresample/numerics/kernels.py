"""Densities that are sums of kernels: draws from them, and their logarithms."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln
from sklearn.utils import gen_batches

from skresample.numerics.allocation import by_group
from skresample.numerics.bandwidth import (
    MOST_ROWS,
    best_bandwidth,
    likelihood_loss,
    squared_distances,
)

__all__ = [
    "KERNELS",
    "Kernels",
    "Neighborhoods",
    "Root",
    "Spiked",
    "abramson_factors",
    "best_scale",
    "ledoit_wolf_weight",
    "log_mean_exp",
    "matrix_sqrt",
    "shrunk_covariances",
    "with_covariance",
]

KERNELS = ("gaussian", "student", "epanechnikov")
# Degrees of freedom of Student's t kernels.
FREEDOM = 5.0
# Values that are computed at once.
BLOCK_VALUES = 1 << 18
# The greatest factor between adapted bandwidths and their geometric mean: otherwise a single far
# row would have a kernel as wide as the table.
MOST_ADAPTED = 5.0
# Variances below this proportion of the greatest one are singular.
FLAT = 1e-8

Floats = npt.NDArray[np.floating]
Positions = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Spiked:
    r"""The symmetric root :math:`b I + V \operatorname{diag}(e) V^T`, of few columns V.

    It replaces a (d, d) matrix for the covariance of fewer rows than columns, plus a multiple of
    the identity: `base` is b > 0, `axes` (d, r) the orthonormal V, and `more` (r,) the e > -b.
    """

    base: float
    axes: Floats
    more: Floats

    @classmethod
    def identity(cls, d: int, factor: float = 1.0) -> "Spiked":
        """Return a multiple of the identity."""
        return cls(factor, np.empty((d, 0)), np.empty(0))

    @classmethod
    def of(cls, variance: float, rows: Floats) -> "Spiked":
        """Return the root of ``variance * I + rows.T @ rows``, of rows (m, d)."""
        _, lengths, axes = np.linalg.svd(rows, full_matrices=False)
        base = float(np.sqrt(variance))
        return cls(base, axes.T, np.hypot(base, lengths) - base)

    def apply(self, rows: Floats) -> Floats:
        """Multiply rows with the root."""
        product: Floats = self.base * rows + (rows @ self.axes * self.more) @ self.axes.T
        return product

    def solve(self, rows: Floats) -> Floats:
        """Multiply rows with the inverse of the root."""
        less = 1 / (self.base + self.more) - 1 / self.base
        product: Floats = rows / self.base + (rows @ self.axes * less) @ self.axes.T
        return product

    def log_determinant(self) -> float:
        """Return the logarithm of the root's determinant."""
        d, r = self.axes.shape
        return float((d - r) * np.log(self.base) + np.log(self.base + self.more).sum())

    def scaled(self, factor: float) -> "Spiked":
        """Return the root times a number."""
        return Spiked(factor * self.base, self.axes, factor * self.more)

    def marginal(self, columns: Positions) -> "Spiked":
        """Return a root of the covariance of some of the columns."""
        axes, weights = np.linalg.qr(self.axes[columns])
        inner = (weights * (self.more * (self.more + 2 * self.base))) @ weights.T
        values, vectors = np.linalg.eigh(self.base**2 * np.eye(len(inner)) + inner)
        return Spiked(self.base, axes @ vectors, np.sqrt(np.maximum(values, 0)) - self.base)


Root = Floats | Spiked


@dataclass(frozen=True)
class Kernels:
    r"""The density :math:`\frac{1}{m} \sum_j K_j(x - c_j)` with kernels of the shape `kernel`.

    Kernel j has the center c_j in `centers` (m, d) and the covariance :math:`s_j^2 L_j L_j^T`, with
    L in `roots`, (d, d) for all kernels or (m, d, d), and s in `scales` (m,), None for 1.
    """

    centers: Floats
    roots: Root
    scales: Floats | None = None
    kernel: str = "gaussian"

    def covariance(self) -> Floats:
        """Return the mean covariance of the kernels, of shape (d, d)."""
        m, d = self.centers.shape
        scales = np.ones(m) if self.scales is None else self.scales
        if isinstance(self.roots, Spiked) or self.roots.ndim == 2:
            root = _apply(self.roots, np.eye(d)).T
            return float(np.mean(scales**2)) * (root @ root.T)
        scaled = self.roots * scales[:, np.newaxis, np.newaxis]
        return np.einsum("mij,mkj->ik", scaled, scaled) / m

    def mapped(self, matrix: Floats, offset: Floats) -> "Kernels":
        """Return the density of ``matrix @ x + offset``; not of kernels with a `Spiked` root."""
        assert not isinstance(self.roots, Spiked)
        return replace(self, centers=self.centers @ matrix.T + offset, roots=matrix @ self.roots)

    def rescaled(self, scale: Floats, offset: Floats) -> "Kernels | None":
        """Return the density of ``scale * x + offset``, None if that needs more memory."""
        if isinstance(self.roots, Spiked) or self.roots.ndim == 3:
            return None
        roots = scale[:, np.newaxis] * self.roots
        return replace(self, centers=self.centers * scale + offset, roots=roots)

    def marginal(self, columns: Positions) -> "Kernels":
        """Return the density of some of the columns; not for Epanechnikov kernels."""
        if np.array_equal(columns, np.arange(self.centers.shape[1])):
            return self
        if self.kernel == "epanechnikov":
            raise ValueError(
                f"A density of {self.kernel} kernels has no marginal density in closed form: fill "
                "in missing values, or use another kernel."
            )
        roots: Root
        if isinstance(self.roots, Spiked):
            roots = self.roots.marginal(columns)
        else:
            rows = self.roots[..., columns, :]
            roots = np.linalg.cholesky(rows @ rows.swapaxes(-1, -2))
        return replace(self, centers=self.centers[:, columns], roots=roots)

    def take(self, which: Positions) -> "Kernels":
        """Return the density of some of the kernels."""
        roots = self.roots
        if not isinstance(roots, Spiked) and roots.ndim == 3:
            roots = roots[which]
        scales = None if self.scales is None else self.scales[which]
        return replace(self, centers=self.centers[which], roots=roots, scales=scales)

    def draw(self, which: Positions, rng: np.random.Generator) -> Floats:
        """Draw a row (n, d) from each of the kernels with the given positions (n,)."""
        n, d = which.size, self.centers.shape[1]
        noise: Floats = rng.standard_normal((n, d))
        if self.kernel == "epanechnikov" and d:
            # |z|² has the distribution Beta(d/2, 2); with this factor, the covariance is I.
            length = np.sqrt((d + 4) * rng.beta(d / 2, 2, n))
            noise *= (length / np.linalg.norm(noise, axis=1))[:, np.newaxis]
        elif self.kernel == "student":
            noise *= np.sqrt((FREEDOM - 2) / rng.chisquare(FREEDOM, (n, 1)))
        if self.scales is not None:
            noise *= self.scales[which, np.newaxis]
        if isinstance(self.roots, Spiked) or self.roots.ndim == 2:
            noise = _apply(self.roots, noise)
        else:
            own = self.roots.swapaxes(1, 2)
            noise = _times_own(which, noise, d, lambda some: own[some])
        noise += self.centers[which]
        return noise

    def log_density(self, X: Floats, log_weights: Floats | None = None) -> npt.NDArray[np.float64]:
        """Return the logarithm of the density at each row (n, d), -inf where it is 0.

        `log_weights` (n, m) are added to the logarithm of each kernel at each row.
        """
        out = np.empty(len(X))
        log_kernels = self._log_kernels()
        shared = isinstance(self.roots, Spiked) or self.roots.ndim == 2
        values = len(self.centers) if shared else self.centers.size
        for part in gen_batches(len(X), max(1, BLOCK_VALUES // max(1, values))):
            log = log_kernels(X[part])
            if log_weights is not None:
                log += log_weights[part]
            out[part] = log_mean_exp(log)
        return out

    def log_kernels(self, X: Floats) -> Floats:
        """Return the logarithm of each kernel at each row, of shape (n, m)."""
        return self._log_kernels()(X)

    def _log_kernels(self) -> Callable[[Floats], Floats]:
        distances, log_heights = self._distances(), self.log_heights()
        d = self.centers.shape[1]

        def log_kernels(X: Floats) -> Floats:
            log = distances(X)
            if self.kernel == "gaussian":
                log *= -0.5
            elif self.kernel == "student":
                log /= FREEDOM - 2
                np.log1p(log, out=log)
                log *= -(FREEDOM + d) / 2
            else:
                log *= -1 / (d + 4)
                log += 1
                with np.errstate(divide="ignore"):
                    np.log(np.maximum(log, 0, out=log), out=log)
            log += log_heights
            return log

        return log_kernels

    def log_heights(self) -> Floats:
        """Return the logarithm of each kernel (m,) at its own center."""
        m, d = self.centers.shape
        if isinstance(self.roots, Spiked):
            log: Any = -self.roots.log_determinant()
        else:
            log = -np.linalg.slogdet(self.roots)[1]
        if self.kernel == "gaussian":
            log = log - d / 2 * np.log(2 * np.pi)
        elif self.kernel == "student":
            log = log - d / 2 * np.log((FREEDOM - 2) * np.pi)
            log = log + gammaln((FREEDOM + d) / 2) - gammaln(FREEDOM / 2)
        else:
            log = log + gammaln(d / 2 + 2) - d / 2 * np.log((d + 4) * np.pi)
        return np.broadcast_to(log if self.scales is None else log - d * np.log(self.scales), m)

    def squared_distances(self) -> npt.NDArray[np.float32]:
        """Return squared distances (m, m) of centers, in units of the kernel in the column.

        In single precision, and infinite on the diagonal.
        """
        m, d = self.centers.shape
        rows = self.centers - self.centers.mean(axis=0)
        if isinstance(self.roots, Spiked) or self.roots.ndim == 2:
            squared = squared_distances(_solver(self.roots)(rows))
            if self.scales is not None:
                squared *= (self.scales**-2.0).astype(np.float32)
            return squared
        # As products of the powers of a row with the coefficients of a kernel.
        i, j = np.triu_indices(d)
        factors = np.where(i == j, 1.0, 2.0)
        powers = np.column_stack([rows[:, i] * rows[:, j], rows, np.ones(m)])
        squared = np.empty((m, m), np.float32)
        for part in gen_batches(m, max(1, 4 * BLOCK_VALUES // max(m, d * d))):
            inverse = np.linalg.inv(self.roots[part])
            forms = np.matmul(inverse.swapaxes(1, 2), inverse)
            if self.scales is not None:
                forms *= self.scales[part, np.newaxis, np.newaxis] ** -2.0
            slopes = np.einsum("mij,mj->mi", forms, rows[part])
            ends = np.einsum("mi,mi->m", slopes, rows[part])
            coefficients = np.column_stack([factors * forms[:, i, j], -2 * slopes, ends])
            squared[:, part] = np.maximum(powers @ coefficients.T, 0)
        np.fill_diagonal(squared, np.inf)
        return squared

    def _distances(self) -> Callable[[Floats], Floats]:
        """Return a function for squared distances to the centers, in units of the kernels."""
        m, d = self.centers.shape
        scales = None if self.scales is None else self.scales**-2.0
        middle = self.centers.mean(axis=0)
        centers = self.centers - middle
        if isinstance(self.roots, Spiked) or self.roots.ndim == 2:
            solve = _solver(self.roots)
            centers = solve(centers)
            norms = np.einsum("ij,ij->i", centers, centers)

            def shared(X: Floats) -> Floats:
                rows = solve(X - middle)
                squared = rows @ centers.T
                squared *= -2
                squared += norms
                squared += np.einsum("ij,ij->i", rows, rows)[:, np.newaxis]
                np.maximum(squared, 0, out=squared)
                return squared if scales is None else squared * scales

            return shared
        inverse = np.linalg.inv(self.roots)
        offsets = np.einsum("mij,mj->mi", inverse, centers)

        def own(X: Floats) -> Floats:
            rows = ((X - middle) @ inverse.reshape(m * d, d).T).reshape(len(X), m, d)
            rows -= offsets
            squared = np.einsum("nmd,nmd->nm", rows, rows)
            return squared if scales is None else squared * scales

        return own


@dataclass(frozen=True)
class Neighborhoods:
    """The density of normal kernels with the means and covariances of neighborhoods.

    Row j of `around` (m, k) has the positions in `points` (n, d) of the rows of neighborhood j, and
    `scale` is a factor of the covariances. Singular ones are shrunk for the density, not for draws.
    """

    points: Floats
    around: Positions
    scale: float = 1.0

    def take(self, which: Positions) -> "Neighborhoods":
        """Return the density of some of the neighborhoods."""
        return replace(self, around=self.around[which])

    def marginal(self, columns: Positions) -> "Neighborhoods":
        """Return the density of some of the columns."""
        return replace(self, points=self.points[:, columns])

    def rescaled(self, scale: Floats, offset: Floats) -> "Neighborhoods":
        """Return the density of ``scale * x + offset``."""
        return replace(self, points=self.points * scale + offset)

    def draw(self, which: Positions, rng: np.random.Generator) -> Floats:
        """Draw a row (n, d) from each of the neighborhoods with the given positions (n,).

        It is the mean plus the sum of the k deviations from it, each times a normal number.
        """
        k = self.around.shape[1]
        weights = rng.standard_normal((which.size, k)) * np.sqrt(self.scale / k)
        # The mean, and deviations from it times what was drawn, are one sum over the rows.
        weights += (1 - weights.sum(axis=1, keepdims=True)) / k
        d = self.points.shape[1]
        return _times_own(which, weights, d, lambda some: self.points[self.around[some]])

    def log_density(self, X: Floats, log_weights: Floats | None = None) -> Floats:
        """Return the logarithm of the density (n,); see `Kernels.log_density`."""
        log = self.log_kernels(X)
        if log_weights is not None:
            log += log_weights
        return log_mean_exp(log)

    def log_kernels(self, X: Floats) -> Floats:
        """Return the logarithm of each kernel at each row, of shape (n, m)."""
        log = np.empty((len(X), len(self.around)))
        k, d = self.around.shape[1], self.points.shape[1]
        at_once = max(1, 4 * BLOCK_VALUES // max(1, d * max(k, d)))
        for part in gen_batches(len(self.around), at_once):
            log[:, part] = self._kernels(part).log_kernels(X)
        return log

    def _kernels(self, part: slice) -> Kernels:
        """Return some of the kernels, shrunk if they are singular."""
        rows = self.points[self.around[part]]
        mean = rows.mean(axis=1)
        rows -= mean[:, np.newaxis]
        covariances = np.matmul(rows.swapaxes(1, 2), rows) * (self.scale / rows.shape[1])
        roots = np.zeros(covariances.shape)
        for j, covariance in enumerate(covariances):
            with suppress(np.linalg.LinAlgError):
                roots[j] = np.linalg.cholesky(covariance)
        # Rounding may find a root of a singular matrix, too.
        least = np.diagonal(roots, axis1=1, axis2=2).min(axis=1, initial=np.inf) ** 2
        most = np.diagonal(covariances, axis1=1, axis2=2).max(axis=1, initial=0.0)
        flat = least <= FLAT * most
        if flat.any():
            shrunk = shrunk_covariances(rows[flat]) * self.scale
            roots[flat] = np.linalg.cholesky(shrunk + FLAT * np.eye(rows.shape[2]))
        return Kernels(mean, roots)


def _times_own(
    which: Positions, rows: Floats, d: int, matrices: Callable[[Positions], Floats]
) -> Floats:
    """Multiply each row (n, k) by the matrix of its kernel, all rows of a kernel at once.

    `matrices` returns the (k, d) matrices of some kernels.
    """
    k = rows.shape[1]
    product = np.empty((len(rows), d))
    if not len(rows):
        return product
    some, group = np.unique(which, return_inverse=True)
    order, sizes, starts, rank = by_group(group)
    for part in gen_batches(some.size, max(1, 4 * BLOCK_VALUES // max(1, k * d))):
        own = order[starts[part][0] : starts[part][-1] + sizes[part][-1]]
        run = group[own] - part.start
        padded = np.zeros((some[part].size, sizes[part].max(), k))
        padded[run, rank[own]] = rows[own]
        product[own] = np.matmul(padded, matrices(some[part]))[run, rank[own]]
    return product


def _apply(root: Root, rows: Floats) -> Floats:
    """Multiply rows with one root."""
    return root.apply(rows) if isinstance(root, Spiked) else rows @ root.T


def _solver(root: Root) -> Callable[[Floats], Floats]:
    """Return a function that multiplies rows with the inverse of one root."""
    if isinstance(root, Spiked):
        return root.solve
    inverse = np.linalg.inv(root).T
    return lambda rows: rows @ inverse


def log_mean_exp(log: Floats) -> npt.NDArray[np.float64]:
    """Return the logarithm (n,) of the mean of exponentials (n, m), and overwrite `log`."""
    most = log.max(axis=1, keepdims=True)
    most[~np.isfinite(most)] = 0
    log -= most
    np.exp(log, out=log)
    with np.errstate(divide="ignore"):
        return np.log(log.sum(axis=1)) + most[:, 0] - np.log(log.shape[1])


def abramson_factors(log_density: Floats) -> Floats:
    r"""Return the relative width (m,) of each kernel by Abramson's square root law.

    It is :math:`(f(x_i) / g)^{-1/2}`, at most `MOST_ADAPTED`, with the densities f at the centers,
    finite somewhere, and their geometric mean g.
    """
    log = -0.5 * (log_density - log_density[np.isfinite(log_density)].mean())
    most = np.log(MOST_ADAPTED)
    return np.exp(np.clip(log, -most, most))


def shrunk_covariances(neighborhoods: Floats, weight: float | None = None) -> Floats:
    """Return the covariance (m, d, d) of each set of rows (m, k, d), shrunk towards the identity.

    `weight` is that of the multiple of the identity. None is the optimal one of Ledoit and Wolf for
    each set, with which no covariance is singular. The denominator is k > 1.
    """
    k, d = neighborhoods.shape[1:]
    rows = neighborhoods - neighborhoods.mean(axis=1, keepdims=True)
    covariances = np.matmul(rows.swapaxes(1, 2), rows) / k
    mean = np.trace(covariances, axis1=1, axis2=2) / d
    target = mean[:, np.newaxis, np.newaxis] * np.eye(d)
    if weight is None:
        off = ((covariances - target) ** 2).sum(axis=(1, 2))
        squares = np.einsum("mkd,mkd->mk", rows, rows)
        noise = ((squares**2).sum(axis=1) / k - (covariances**2).sum(axis=(1, 2))) / k
        weights = _ledoit_wolf(noise, off)
    else:
        weights = np.full(len(covariances), weight)
    weights = weights[:, np.newaxis, np.newaxis]
    return (1 - weights) * covariances + weights * target


def ledoit_wolf_weight(rows: Floats) -> float:
    """Return the optimal weight of `shrunk_covariances` for fewer rows (k, d) than columns, k > 1.

    The covariance itself is not computed.
    """
    k, d = rows.shape
    rows = rows - rows.mean(axis=0)
    products = rows @ rows.T / k  # has the eigenvalues of the covariance
    squares = np.diag(products)
    norm = (products**2).sum()
    noise = (k * (squares**2).sum() - norm) / k
    return float(_ledoit_wolf(noise, norm - squares.sum() ** 2 / d))


def _ledoit_wolf(noise: Any, off: Any) -> Any:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nan_to_num(np.clip(noise / off, 0, 1), nan=1.0)


def matrix_sqrt(matrix: Floats, *, inverse: bool = False) -> Floats:
    """Return the symmetric root of a positive definite matrix (d, d), or the root's inverse."""
    values, vectors = np.linalg.eigh(matrix)
    powers = np.sqrt(np.maximum(values, 0))
    return (vectors * (1 / powers if inverse else powers)) @ vectors.T


def with_covariance(kernels: Kernels, target: Floats) -> Kernels:
    r"""Move centers towards their mean and shrink kernels, for the covariance `target` T (d, d).

    With S the covariance of the centers and H the mean covariance of the kernels, all is multiplied
    by :math:`T^{1/2} (S + H)^{-1/2}`. The mean is unchanged.
    """
    mean = kernels.centers.mean(axis=0)
    deviations = kernels.centers - mean
    covariance = deviations.T @ deviations / len(deviations) + kernels.covariance()
    matrix = matrix_sqrt(target) @ matrix_sqrt(covariance, inverse=True)
    return kernels.mapped(matrix, mean - matrix @ mean)


def best_scale(kernels: Kernels, n_jobs: int | None = None) -> float:
    """Select the factor of kernels of different widths by leave-one-out likelihood.

    It is selected on at most `MOST_ROWS` rows; for more, it shrinks as the best bandwidth does.
    """
    n, d = kernels.centers.shape
    few = kernels.take(np.arange(min(n, MOST_ROWS)) * n // min(n, MOST_ROWS))
    log_heights = few.log_heights()
    criterion = partial(
        likelihood_loss,
        freedom=FREEDOM if kernels.kernel == "student" else np.inf,
        log_weights=(log_heights - log_heights.max()).astype(np.float32),
        n_jobs=n_jobs,
    )
    h = best_bandwidth(few.squared_distances(), d, criterion)
    return h * (len(few.centers) / n) ** (1 / (d + 4))
