"""Benchmark of the audit: run with ``python -m benchmarks.audit``."""
