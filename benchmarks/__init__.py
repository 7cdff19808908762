"""Benchmarks: run one with ``python -m benchmarks.NAME``, such as ``benchmarks.speed``."""
