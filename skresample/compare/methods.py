"""What is compared: no resampling, other baselines, and samplers."""

from typing import Any, Literal, NamedTuple

from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter

from skresample._support import seeded_clone
from skresample.compare.baselines import BalancedWeights, TunedThreshold
from skresample.density import RandomOverSampler
from skresample.pipeline.nesting import with_sampler
from skresample.pipeline.validation import last_step

__all__ = [
    "BASELINES",
    "CLASS_WEIGHTS",
    "NO_RESAMPLING",
    "RANDOM_OVERSAMPLING",
    "TUNED_THRESHOLD",
    "TUNED_THRESHOLD_F1",
    "Method",
]


class Method(NamedTuple):
    """A way to fit a classifier: by a sampler, weights, or a threshold that maximizes a metric."""

    name: str
    kind: Literal["no resampling", "weights", "threshold", "sampler"]
    sampler: Any = None
    metric: str | None = None

    def why_not(self, estimator: Any) -> str | None:
        """Return why the method does not work with a classifier, or None if it does."""
        if self.kind == "weights" and not has_fit_parameter(last_step(estimator), "sample_weight"):
            return "fit of the classifier does not accept sample_weight"
        if self.kind == "threshold" and not hasattr(estimator, "predict_proba"):
            return "the classifier has no predict_proba"
        return None

    def build(self, estimator: Any, seed: int, *, sampler_first: bool) -> Any:
        """Return a classifier that applies the method, with `seed` for all that has none.

        The sampler goes before all of a pipeline if `sampler_first`, else before its last step.
        """
        model = seeded_clone(estimator, seed)
        if self.kind == "threshold":
            assert self.metric is not None
            return TunedThreshold(model, self.metric, seed)
        sampler = None if self.sampler is None else seeded_clone(self.sampler, seed)
        if sampler_first and sampler is not None:
            return with_sampler(model, sampler)
        last = last_step(model)
        if self.kind == "weights":
            last = BalancedWeights(last)
        elif sampler is not None:
            last = with_sampler(last, sampler)
        if isinstance(model, Pipeline):
            model.steps[-1] = (model.steps[-1][0], last)
            return model
        return last


NO_RESAMPLING = "no resampling"
CLASS_WEIGHTS = "class weights"
TUNED_THRESHOLD = "tuned threshold"
TUNED_THRESHOLD_F1 = "tuned threshold (F1)"
RANDOM_OVERSAMPLING = "random oversampling"
BASELINES = (
    Method(NO_RESAMPLING, "no resampling"),
    Method(CLASS_WEIGHTS, "weights"),
    Method(TUNED_THRESHOLD, "threshold", metric="balanced accuracy"),
    Method(TUNED_THRESHOLD_F1, "threshold", metric="F1"),
    Method(RANDOM_OVERSAMPLING, "sampler", RandomOverSampler()),
)
