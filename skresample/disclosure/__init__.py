"""Perturbed data for sharing."""

from skresample.disclosure.perturbation import Perturbation

__all__ = ["Perturbation"]
