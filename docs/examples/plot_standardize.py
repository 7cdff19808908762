"""
Standardization: units decide which samples are neighbors
=========================================================

SMOTE interpolates between nearest neighbors. Which samples are neighbors depends on the units of
the features, such as years and euros. With ``standardize=True``, distances do not depend on units.
"""

# %%
# The data
# --------
#
# The minority class is customers who leave. They form two clusters, one of young and one of old
# customers, with the same incomes. Customers of all ages stay.

import numpy as np
import pandas as pd

rng = np.random.default_rng(3)
age = np.concatenate([rng.uniform(18, 85, 150), rng.normal(26, 3, 14), rng.normal(74, 3, 14)])
income = np.concatenate([rng.uniform(1000, 5000, 150), rng.uniform(1500, 4500, 28)])
X = pd.DataFrame({"age": age.round(1), "income": income.round(2)})
y = np.repeat(["stays", "leaves"], [150, 28])

# %%
# Parents of synthetic samples
# ----------------------------
#
# ``parents_`` has the two original samples between which each synthetic sample lies. A line joins
# them.

import matplotlib.pyplot as plt

from skresample import SMOTE

# Colors for color-blind readers (Okabe and Ito), and different markers.
GREY, BLUE, ORANGE = "#BBBBBB", "#0072B2", "#E69F00"

fig, axes = plt.subplots(1, 2, figsize=(8, 4.5), sharex=True, sharey=True)
fig.set_layout_engine("constrained")
bridges = {}
for ax, standardize in zip(axes, [False, True], strict=True):
    sampler = SMOTE(standardize=standardize, random_state=0)
    X_resampled, _ = sampler.fit_resample(X, y)
    synthetic = X_resampled[sampler.is_synthetic_]
    ages, incomes = (X[name].to_numpy()[sampler.parents_].T for name in X)
    majority = X[y == "stays"]
    ax.scatter(*majority.T.to_numpy(), s=10, c=GREY, label="stays (majority)")
    lines = ax.plot(ages, incomes, c=ORANGE, lw=0.8, alpha=0.6)
    lines[0].set_label("between parents")
    ax.scatter(*synthetic.T.to_numpy(), s=18, c=ORANGE, marker="x", lw=1, label="synthetic")
    minority = X[y == "leaves"]
    ax.scatter(
        *minority.T.to_numpy(), s=36, c=BLUE, marker="^", zorder=3, label="leaves (minority)"
    )
    ax.set_title(f"standardize={standardize}")
    ax.set_xlabel("age (years)")
    bridges[standardize] = float(np.mean(np.ptp(ages, axis=0) > 30))
axes[0].set_ylabel("income (euros)")
handles, labels = ax.get_legend_handles_labels()
_ = fig.legend(handles, labels, loc="outside upper center", ncols=4)

# %%
# - **standardize=False**: one euro counts as much as one year. Samples with similar incomes are
#   neighbors, whatever their ages. The lines join both clusters, and synthetic customers who leave
#   are in middle age, where none of the original ones is.
# - **standardize=True**: both features count. The lines stay inside each cluster.
#
# The proportion of synthetic samples whose parents are more than 30 years apart:

{f"standardize={key}": round(proportion, 2) for key, proportion in bridges.items()}

# %%
# Synthetic samples are in years and euros in both cases. Only the neighbor search uses standardized
# features. If income were in thousands of euros, the left plot would change, and the right one not.
