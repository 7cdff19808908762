"""Benchmark of generators: run with ``python -m benchmarks.generators``."""
