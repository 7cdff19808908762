import os

# Both are read when NumPy and SciPy are imported. Without the first, scikit-learn skips its
# array API checks; the second keeps the test workers from fighting over the processors.
os.environ["SCIPY_ARRAY_API"] = "1"
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Idle threads of scikit-learn wait for work without keeping a processor from the other worker.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

from hypothesis import HealthCheck, settings

# Chosen by SKRESAMPLE_HYPOTHESIS: 200 examples of a property, or 2,000 (see .ci/nightly).
slow = [HealthCheck.too_slow]
settings.register_profile("ci", max_examples=200, deadline=None, suppress_health_check=slow)
settings.register_profile("nightly", max_examples=2000, deadline=None, suppress_health_check=slow)
settings.load_profile(os.environ.get("SKRESAMPLE_HYPOTHESIS", "ci"))
