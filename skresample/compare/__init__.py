"""Cross-validated comparison of samplers and baselines."""

from skresample.compare._compare import compare
from skresample.compare.report import Comparison

__all__ = ["Comparison", "compare"]
