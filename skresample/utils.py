"""Utilities: the list of samplers, and helpers for code that uses them."""

from skresample._support import import_extra, seeded_clone
from skresample.registry import all_samplers, default_sampler, default_samplers

__all__ = [
    "all_samplers",
    "default_sampler",
    "default_samplers",
    "import_extra",
    "seeded_clone",
]
