"""Named distributions of one column: how they are fitted and compared."""

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.optimize import minimize_scalar

__all__ = ["CANDIDATES", "Fit", "Named", "are_whole", "fit_named", "is_discrete", "shape_names"]

Floats = npt.NDArray[np.floating]
Parameters = dict[str, float]

# Distributions are fitted to at most so many values, or quantiles of more.
MOST_VALUES = 10_000
# Beyond this, floats do not hold every whole number.
EXACT = 2**53
# Degrees of freedom of Student's distribution that are tried, and steps of the EM algorithm. Below
# 2, there is no variance.
FREEDOM, EM_STEPS = np.array([2.5, 3, 4, 5, 7, 10, 15, 25, 50]), 50
# With a larger ratio of mean and deviation, a positive distribution looks like a normal one.
MOST_DEVIATIONS = 1e4
# Seconds for 1,000 quantiles, about, where SciPy inverts a numerical integral.
SLOW = {
    "dpareto_lognorm": 3.0,
    "genhyperbolic": 2.0,
    "ksone": 2.0,
    "levy_stable": 20.0,
    "norminvgauss": 20.0,
    "studentized_range": 60.0,
}
# Differences of two probabilities have lost digits below this.
LEAST_DIFFERENCE = 1e-9


def is_discrete(name: str) -> bool:
    """Return whether a distribution of SciPy is one of whole numbers."""
    return isinstance(getattr(stats, name, None), stats.rv_discrete)


@dataclass(frozen=True)
class Named:
    """A distribution of SciPy, truncated to the bounds `low` and `high`.

    With `whole`, values are rounded to whole numbers.
    """

    name: str
    parameters: Parameters
    low: float = -np.inf
    high: float = np.inf
    whole: bool = False

    @property
    def is_discrete(self) -> bool:
        """Whether the distribution itself is one of whole numbers."""
        return is_discrete(self.name)

    def seconds(self, n: int) -> float:
        """Return the approximate time for `n` quantiles; 0 for most distributions."""
        return SLOW.get(self.name, 0.0) * n / 1000

    def inside(self) -> tuple[float, float]:
        """Return the probabilities below the lower and up to the upper bound, without bounds."""
        low = float(self._below(np.array([self.low]))[0]) if self.low > -np.inf else 0.0
        high = float(self._up_to(np.array([self.high]))[0]) if self.high < np.inf else 1.0
        return low, high

    def ppf(self, q: Floats) -> Floats:
        """Return the values at which the distribution function reaches `q`."""
        low, high = self.inside()
        # At 0 and 1, the value need not be finite.
        inside = np.clip(low + q * (high - low), np.finfo(float).tiny, 1 - 2.0**-53)
        values = self._of_scipy("ppf", inside)
        values = np.rint(values) if self.whole and not self.is_discrete else values
        return np.clip(values, self.low, self.high)

    def cdf(self, x: Floats) -> Floats:
        """Return the probability below or at each value."""
        low, high = self.inside()
        found: Floats = np.clip((self._up_to(x) - low) / (high - low), 0, 1)
        return found

    def cdf_below(self, x: Floats) -> Floats:
        """Return the probability below each value."""
        low, high = self.inside()
        found: Floats = np.clip((self._below(x) - low) / (high - low), 0, 1)
        return found

    def pdf(self, x: Floats) -> Floats:
        """Return the density at each value; of whole numbers, their probability."""
        low, high = self.inside()
        density = np.exp(self.logpdf(x)) / (high - low)
        return np.where((x < self.low) | (x > self.high), 0.0, density)

    def logpdf(self, column: Floats) -> Floats:
        """Return the log-density, or log-probability of whole numbers, without bounds."""
        if self.is_discrete:
            return self._of_scipy("logpmf", column)
        log = self._of_scipy("logpdf", column)
        if not self.whole:
            return log
        probability = self._up_to(column) - self._below(column)
        # In the tails, the density at the number is nearer to it than the difference.
        lost = probability < LEAST_DIFFERENCE
        return np.where(lost, log, np.log(np.maximum(probability, LEAST_DIFFERENCE)))

    def _below(self, column: Floats) -> Floats:
        if self.is_discrete:
            return self._of_scipy("cdf", np.ceil(column) - 1)
        return self._of_scipy("cdf", column - 0.5 if self.whole else column)

    def _up_to(self, column: Floats) -> Floats:
        return self._of_scipy(
            "cdf", column + 0.5 if self.whole and not self.is_discrete else column
        )

    def _of_scipy(self, function: str, values: Floats) -> Floats:
        with np.errstate(all="ignore"):
            found: Floats = getattr(getattr(stats, self.name), function)(values, **self.parameters)
        return found


class Fit(NamedTuple):
    r"""How well a `distribution` without bounds fits a column.

    `bic` is :math:`k \ln n - 2 \ln L` with k estimated parameters, n values and the likelihood L;
    the lowest is best. `distance` is the statistic of Kolmogorov and Smirnov.
    """

    distribution: Named
    bic: float
    distance: float


def are_whole(column: Floats) -> bool:
    """Return whether a column without missing values has only whole numbers."""
    return bool((np.abs(column) <= EXACT).all()) and bool((column == np.floor(column)).all())


def fit_named(column: Floats, names: Iterable[str], *, values_a_parameter: int = 1) -> list[Fit]:
    """Return fits of `CANDIDATES` to a column (n,) with two different values, the best first.

    Distributions that cannot have such values are left out, and so are those, except normal and
    Bernoulli's, that have fewer values for each estimated parameter. Continuous ones are rounded to
    fit whole numbers, so that their likelihood is comparable with that of counts.
    """
    n, whole = column.size, are_whole(column)
    few = np.sort(column)[np.linspace(0, n - 1, min(n, MOST_VALUES)).astype(np.intp)]
    values, counts = np.unique(few, return_counts=True)
    ends = np.cumsum(counts) / few.size
    fits = []
    for name in names:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore", RuntimeWarning)  # of optimizers at far values
            try:
                found = CANDIDATES[name](few, name)
            except (ValueError, RuntimeError, ArithmeticError):  # SciPy finds no parameters
                continue
        if found is None:
            continue
        parameters, k = found
        if n < k * values_a_parameter and name not in ("norm", "bernoulli"):
            continue
        one = Named(name, parameters, whole=whole)
        log_likelihood = n / few.size * float(counts @ one.logpdf(values))
        below, up_to = one.cdf_below(values), one.cdf(values)
        starts = ends - counts / few.size
        distance = max(np.abs(up_to - ends).max(), np.abs(below - starts).max())
        quartiles = one.ppf(np.array([0.001, 0.25, 0.75, 0.999]))
        if np.isfinite([log_likelihood, distance, *quartiles]).all():
            bic = k * float(np.log(n)) - 2 * log_likelihood
            fits.append(Fit(one, bic, float(distance)))
    # Equally good fits stay in the order of the names.
    return sorted(fits, key=lambda fit: round(fit.bic, 6))


def shape_names(name: str) -> list[str]:
    """Return the parameters of a distribution besides ``loc`` and ``scale``, in SciPy's order."""
    shapes = getattr(stats, name).shapes
    return [one.strip() for one in shapes.split(",")] if shapes else []


Found = tuple[Parameters, int] | None


def _real(values: Floats, name: str) -> Found:
    center, scale, z = _standardized(values)
    loc, width = getattr(stats, name).fit(z)
    return {"loc": float(center + scale * loc), "scale": float(scale * width)}, 2


def _student(values: Floats, name: str) -> Found:
    """Estimate location and scale by the EM algorithm for each number of degrees of freedom."""
    center, scale, z = _standardized(values)
    loc, width = np.full(FREEDOM.size, np.median(z)), np.ones(FREEDOM.size)
    freedom = FREEDOM[:, np.newaxis]
    for _ in range(EM_STEPS):
        squared = (z - loc[:, np.newaxis]) ** 2
        weights = (freedom + 1) / (freedom + squared / width[:, np.newaxis] ** 2)
        loc = (weights @ z) / weights.sum(axis=1)
        width = np.sqrt((weights * (z - loc[:, np.newaxis]) ** 2).mean(axis=1))
    log = stats.t.logpdf(z, freedom, loc[:, np.newaxis], width[:, np.newaxis]).sum(axis=1)
    best = int(np.nanargmax(log))
    moments = {"loc": float(center + scale * loc[best]), "scale": float(scale * width[best])}
    return {"df": float(FREEDOM[best]), **moments}, 3


def _uniform(values: Floats, name: str) -> Found:
    """Fit the range, extended by 0.5 for whole numbers so that all are equally probable."""
    half = 0.5 if are_whole(values) else 0.0
    return {"loc": float(values[0] - half), "scale": float(np.ptp(values) + 2 * half)}, 2


def _positive(values: Floats, name: str) -> Found:
    mean, deviation, _ = _standardized(values)
    if values[0] <= 0 or mean > MOST_DEVIATIONS * deviation:
        return None
    *shapes, _, width = getattr(stats, name).fit(values / mean, floc=0)
    parameters = dict(zip(shape_names(name), map(float, shapes), strict=True))
    return {**parameters, "loc": 0.0, "scale": float(mean * width)}, 2


def _exponential(values: Floats, name: str) -> Found:
    return None if values[0] < 0 else ({"loc": 0.0, "scale": float(values.mean())}, 1)


def _beta(values: Floats, name: str) -> Found:
    """Fit on 0 to 1 if all values are inside, else on a slightly extended range."""
    low, high, k = 0.0, 1.0, 2
    if values[0] <= 0 or values[-1] >= 1:
        room = (values[-1] - values[0]) / values.size
        low, high, k = values[0] - room, values[-1] + room, 4
    a, b, _, _ = stats.beta.fit((values - low) / (high - low), floc=0, fscale=1)
    return {"a": float(a), "b": float(b), "loc": float(low), "scale": float(high - low)}, k


def _bernoulli(values: Floats, name: str) -> Found:
    return ({"p": float(values.mean())}, 1) if np.isin(values, (0, 1)).all() else None


def _poisson(values: Floats, name: str) -> Found:
    return ({"mu": float(values.mean())}, 1) if _are_counts(values) else None


def _negative_binomial(values: Floats, name: str) -> Found:
    mean = values.mean()
    if not _are_counts(values) or values.var() <= mean:
        return None  # the limit is Poisson's
    levels, counts = np.unique(values, return_counts=True)

    def cost(log_n: float) -> float:
        n = np.exp(log_n)
        return -float(counts @ stats.nbinom.logpmf(levels, n, n / (n + mean)))

    n = float(np.exp(minimize_scalar(cost, bounds=(-10, 15), method="bounded").x))
    return {"n": n, "p": float(n / (n + mean))}, 2


def _geometric(values: Floats, name: str) -> Found:
    return ({"p": float(1 / values.mean())}, 1) if _are_counts(values) and values[0] >= 1 else None


def _even(values: Floats, name: str) -> Found:
    return ({"low": int(values[0]), "high": int(values[-1]) + 1}, 2) if are_whole(values) else None


def _standardized(values: Floats) -> tuple[float, float, Floats]:
    """Return the mean, the standard deviation, and the standardized sorted values."""
    size = values[-1] - values[0]  # its square may be beyond floats
    inside = (values - values[0]) / size
    mean, deviation = inside.mean(), inside.std()
    return values[0] + size * mean, size * deviation, (inside - mean) / deviation


def _are_counts(values: Floats) -> bool:
    return bool(values[0] >= 0) and are_whole(values)


CANDIDATES: dict[str, Callable[[Any, str], Found]] = {
    "norm": _real,
    "t": _student,
    "logistic": _real,
    "laplace": _real,
    "gumbel_r": _real,
    "gumbel_l": _real,
    "expon": _exponential,
    "gamma": _positive,
    "lognorm": _positive,
    "weibull_min": _positive,
    "beta": _beta,
    "bernoulli": _bernoulli,
    "poisson": _poisson,
    "nbinom": _negative_binomial,
    "geom": _geometric,
    "randint": _even,
    "uniform": _uniform,
}
