"""What over-sampling gains, measured on held-out rows beside what it must beat."""

from skresample.compare._compare import compare
from skresample.compare.report import Comparison

__all__ = ["Comparison", "compare"]
