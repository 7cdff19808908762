"""Validity, fidelity, diversity, privacy, utility and fairness of synthetic data."""

from skresample._exports import exports

__getattr__, __dir__, __all__ = exports(__name__)
