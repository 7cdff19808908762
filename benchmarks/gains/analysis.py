"""Statistics of the results: the inner folds select a configuration, then tables are compared."""

import numpy as np
import pandas as pd
import scikit_posthocs
from baycomp import SignedRankTest
from scipy import stats

from benchmarks.gains.methods import NO_RESAMPLING
from benchmarks.gains.protocol import AT_HALF, SCORES
from skresample.compare.methods import CLASS_WEIGHTS, TUNED_THRESHOLD, TUNED_THRESHOLD_F1

__all__ = [
    "HIGHER_IS_BETTER",
    "SLOPE",
    "THRESHOLDS",
    "against",
    "better",
    "by_family",
    "chosen",
    "finished",
    "gains",
    "group_of",
    "nemenyi",
    "ranks",
    "selected_by_test",
    "wide",
]

UNIT = ["repeat", "fold", "classifier", "table"]
HIGHER_IS_BETTER = {name: name not in SCORES[-3:] for name in SCORES}
# Neither a higher nor a lower slope is better. It belongs to the configuration with the best
# log-loss, and its score is the distance of its logarithm from 0.
SLOPE = "calibration slope"
# Scores that depend on the threshold.
DECISION_SCORES = SCORES[:9]
# Tuned thresholds without resampling, and the score that each one is tuned for.
THRESHOLDS = {
    TUNED_THRESHOLD: "tuned for balanced accuracy",
    TUNED_THRESHOLD_F1: "tuned for F1",
}
# Region of practical equivalence: smaller differences do not count.
ROPE = 0.01
SAMPLES = 1000
STATISTICS = ("gain", "low", "high", "wins", "ties", "losses", "p", "better", "same", "worse")


def finished(frame: pd.DataFrame, methods: list[str], budget: int) -> pd.DataFrame:
    """Check that every method of every unit has the same number of configurations.

    Raises
    ------
    ValueError
        If a method has more or fewer configurations.
    """
    counts = frame.pivot_table("configuration", UNIT, "method", aggfunc="nunique")
    counts = counts.reindex(columns=methods, fill_value=0)
    unequal = counts[(counts != budget).any(axis=1)]
    if len(unequal):
        found = unequal.iloc[0]
        raise ValueError(
            f"Each method must have {budget} configurations, but {unequal.index[0]} has "
            f"{found[found != budget].to_dict()}. Selection among more settings is a gain by "
            "itself."
        )
    return frame


def chosen(frame: pd.DataFrame, score: str, decision: str, *, by: str = "inner") -> pd.DataFrame:
    """Choose a configuration for each unit and method, and return its score on the held-out fold.

    Parameters
    ----------
    frame : DataFrame
        Results.
    score, decision : str
        The score, and the decision (a threshold) that it is computed with.
    by : {'inner', 'test'}, default='inner'
        Folds that select the configuration. With ``test`` the best configuration on the
        held-out fold is selected, to show the selection bias.

    Returns
    -------
    values : DataFrame
        Scores, a row per unit and a column per method. If all configurations of a method
        failed, its score is the one of no resampling.
    """
    rows = frame[frame["decision"] == decision]
    aim = "log-loss" if score == SLOPE else score
    sign = 1 if HIGHER_IS_BETTER[aim] else -1
    rows = rows.assign(order=(sign * rows[f"{by}: {aim}"]).fillna(-np.inf))
    # Ties go to the first configuration, which has the defaults.
    order = [*UNIT, "method", "order", "configuration"]
    rows = rows.sort_values(order, ascending=[name != "order" for name in order])
    best = rows.drop_duplicates([*UNIT, "method"]).set_index([*UNIT, "method"])
    values = best[f"test: {score}"].unstack()  # noqa: PD010 (a pivot table would drop what is NaN)
    failed = (best["error"] != "").unstack()  # noqa: PD010
    if score == SLOPE:
        values = np.log(values.clip(0.1, 10)).abs()
    return values.mask(failed, values[NO_RESAMPLING], axis=0)


def wide(frame: pd.DataFrame, score: str, decision: str = AT_HALF) -> pd.DataFrame:
    """Return the mean over the folds of each method for each classifier and table.

    The tuned thresholds without resampling are added as methods.
    """
    values = chosen(frame, score, decision)
    if score in DECISION_SCORES and decision == AT_HALF:
        for name, other in THRESHOLDS.items():
            values[name] = chosen(frame, score, other)[NO_RESAMPLING]
    return values.groupby(["classifier", "table"]).mean()


def gains(values: pd.DataFrame, score: str, reference: str = NO_RESAMPLING) -> pd.DataFrame:
    """Return the gain of each other method over a reference; higher is better for every score."""
    turned = better(values, score)
    return turned.sub(turned[reference], axis=0).drop(columns=reference)


def better(values: pd.DataFrame, score: str) -> pd.DataFrame:
    """Change the sign of scores for which lower is better."""
    return values if HIGHER_IS_BETTER[score] else -values


def by_family(values: pd.DataFrame, families: pd.Series) -> pd.DataFrame:
    """Average over the tables of each family, which are not independent."""
    return values.groupby(
        families.reindex(values.index.get_level_values("table")).to_numpy()
    ).mean()


def group_of(method: str) -> str:
    """Return the group of a method: baseline, calibrated or oversampler."""
    known = (NO_RESAMPLING, CLASS_WEIGHTS, TUNED_THRESHOLD, TUNED_THRESHOLD_F1)
    if method in known or method.startswith("random "):
        return "baseline"
    return "calibrated" if " + " in method else "oversampler"


def against(gained: pd.DataFrame, families: pd.Series, seed: int = 0) -> pd.DataFrame:
    """Test the gains of each method against zero, one value per family.

    Parameters
    ----------
    gained : DataFrame
        Gains, a row per table and a column per method.
    families : Series
        The family of each table.
    seed : int, default=0
        Seed of the draws from the posterior distribution.

    Returns
    -------
    found : DataFrame
        A row per method with the mean over the families, its 95 % CI (Student's t), and the
        numbers of wins, ties and losses outside the region of practical equivalence. Then the
        p-value of Wilcoxon's test with Holm's correction, and the probabilities of better, the
        same and worse of the Bayesian signed-rank test.
    """
    means = by_family(gained, families)
    lines = {}
    for method in means:
        d = means[method].dropna().to_numpy()
        if not len(d):
            lines[method] = dict.fromkeys(STATISTICS, np.nan)
            continue
        half = np.nan
        if len(d) > 1:
            half = stats.t.ppf(0.975, len(d) - 1) * d.std(ddof=1) / np.sqrt(len(d))
        p = stats.wilcoxon(d).pvalue if np.any(d) else 1.0
        worse, same, ahead = (
            SignedRankTest.probs(np.zeros(len(d)), d, ROPE, nsamples=SAMPLES, random_state=seed)
            if np.any(d)
            else (0.0, 1.0, 0.0)
        )
        lines[method] = {
            "gain": d.mean(),
            "low": d.mean() - half,
            "high": d.mean() + half,
            "wins": int((d > ROPE).sum()),
            "ties": int((np.abs(d) <= ROPE).sum()),
            "losses": int((d < -ROPE).sum()),
            "p": p,
            "better": ahead,
            "same": same,
            "worse": worse,
        }
    found = pd.DataFrame.from_dict(lines, orient="index")
    known = found["p"].notna()
    found.loc[known, "p"] = holm(found.loc[known, "p"].to_numpy())
    return found


def holm(pvalues: np.ndarray) -> np.ndarray:
    """Correct p-values for multiple comparisons by Holm's method."""
    order = np.argsort(pvalues)
    steps = np.maximum.accumulate(pvalues[order] * np.arange(len(pvalues), 0, -1))
    corrected = np.empty_like(pvalues)
    corrected[order] = np.minimum(steps, 1.0)
    return corrected


def ranks(values: pd.DataFrame, score: str, families: pd.Series) -> tuple[pd.DataFrame, float]:
    """Return the ranks of the methods on each family, 1 for the best, and Friedman's p-value.

    Families on which a method has no score are excluded.
    """
    means = by_family(better(values, score), families).dropna()
    ranked = means.rank(axis=1, ascending=False)
    if means.shape[1] < 3 or len(means) < 2:
        return ranked, np.nan
    return ranked, float(stats.friedmanchisquare(*means.to_numpy().T).pvalue)


def nemenyi(ranked: pd.DataFrame) -> pd.DataFrame:
    """Return the p-values of all pairs of methods by Nemenyi's test."""
    return scikit_posthocs.posthoc_nemenyi_friedman(-ranked)


def selected_by_test(frame: pd.DataFrame, score: str, decision: str = AT_HALF) -> pd.DataFrame:
    """Return the gain of selection on the held-out fold over the defaults without resampling.

    Returns
    -------
    found : DataFrame
        Mean gains over no resampling with default settings, a row per method. One column has
        the configuration that the inner folds select, the other the best on the held-out fold.
    """
    defaults = frame[(frame["configuration"] == 0) & (frame["method"] == NO_RESAMPLING)]
    plain = better(chosen(defaults, score, decision), score)[NO_RESAMPLING]
    found = {}
    for label, by in (("selected by inner folds", "inner"), ("best on the held-out fold", "test")):
        values = better(chosen(frame, score, decision, by=by), score)
        found[label] = values.sub(plain, axis=0).mean()
    return pd.DataFrame(found)
