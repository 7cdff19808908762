"""Gains of oversampling on real data sets: run with ``python -m benchmarks.gains``."""
