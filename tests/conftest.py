import os

# Both are read when NumPy and SciPy are imported. Without the first, scikit-learn skips its
# array API checks; the second keeps the test workers from fighting over the processors.
os.environ["SCIPY_ARRAY_API"] = "1"
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Idle threads of scikit-learn wait for work without keeping a processor from the other worker.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
