"""What generators are worth: run with ``python -m benchmarks.generators``."""
