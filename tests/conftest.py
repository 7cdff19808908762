import os

# Read by SciPy when it is imported; without it scikit-learn skips its array API checks.
os.environ["SCIPY_ARRAY_API"] = "1"
