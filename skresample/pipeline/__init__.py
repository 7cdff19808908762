"""Resampling inside classifiers."""

from skresample.pipeline.classifier import ResampledClassifier
from skresample.pipeline.encoder import TableEncoder

__all__ = ["ResampledClassifier", "TableEncoder"]
