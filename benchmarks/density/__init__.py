"""What densities are worth: run with ``python -m benchmarks.density``."""
