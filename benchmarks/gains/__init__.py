"""What over-sampling gains on real tables: run with ``python -m benchmarks.gains``."""
