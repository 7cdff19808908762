"""Speed and memory compared with competitors: run with ``python -m benchmarks.speed``."""
