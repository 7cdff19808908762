"""Benchmark of density estimates: run with ``python -m benchmarks.density``."""
