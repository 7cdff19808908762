"""An example data set."""

from skresample.datasets.yeast import load_yeast4

__all__ = ["load_yeast4"]
