"""Measurements beside peers: run with ``python -m benchmarks.speed``."""
