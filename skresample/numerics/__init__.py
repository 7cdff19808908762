"""Arrays in, arrays out: knows no class label, default, estimator or table."""
