"""
Which rows SMOTE joins, and in which units
==========================================

SMOTE draws new rows on lines between neighbours. Who is a neighbour depends on the units of the
columns: age in years, income in euros. ``standardize=True`` takes distances in standard deviations.
"""

# %%
# The table
# ---------
#
# Customers who leave are of two kinds, the young and the old. What they earn does not tell
# them apart. Those who stay are of all ages.

import numpy as np
import pandas as pd

rng = np.random.default_rng(3)
age = np.concatenate([rng.uniform(18, 85, 150), rng.normal(26, 3, 14), rng.normal(74, 3, 14)])
income = np.concatenate([rng.uniform(1000, 5000, 150), rng.uniform(1500, 4500, 28)])
X = pd.DataFrame({"age": age.round(1), "income": income.round(2)})
y = np.repeat(["stays", "leaves"], [150, 28])

# %%
# The lines
# ---------
#
# ``parents_`` has the two rows behind each new row. A line joins them, and the new row lies on it.

import matplotlib.pyplot as plt

from skresample import SMOTE

# Colours that colour-blind readers can tell apart (Okabe and Ito), and other markers.
GREY, BLUE, ORANGE = "#BBBBBB", "#0072B2", "#E69F00"

fig, axes = plt.subplots(1, 2, figsize=(8, 4.5), sharex=True, sharey=True)
fig.set_layout_engine("constrained")
bridges = {}
for ax, standardize in zip(axes, [False, True], strict=True):
    sampler = SMOTE(standardize=standardize, random_state=0)
    X_resampled, _ = sampler.fit_resample(X, y)
    new = X_resampled[sampler.is_synthetic_]
    ages, incomes = (X[name].to_numpy()[sampler.parents_].T for name in X)
    ax.scatter("age", "income", data=X[y == "stays"], s=10, c=GREY, label="stays")
    lines = ax.plot(ages, incomes, c=ORANGE, lw=0.8, alpha=0.6)
    lines[0].set_label("from parent to parent")
    ax.scatter("age", "income", data=new, s=18, c=ORANGE, marker="x", lw=1, label="new row")
    leaves = X[y == "leaves"]
    ax.scatter("age", "income", data=leaves, s=36, c=BLUE, marker="^", zorder=3, label="leaves")
    ax.set_title(f"standardize={standardize}")
    ax.set_xlabel("age in years")
    bridges[standardize] = float(np.mean(np.ptp(ages, axis=0) > 30))
axes[0].set_ylabel("income in euros")
handles, labels = ax.get_legend_handles_labels()
_ = fig.legend(handles, labels, loc="outside upper center", ncols=4)

# %%
# What to see:
#
# - **As the numbers stand**, a difference of one euro counts as much as one of a year. Rows with
#   nearly the same income are neighbours, whatever their age: the lines run level from the young
#   to the old, and new customers who leave are in the middle of life, where nobody left.
# - **Standardized**, both columns count. The lines stay inside each group.
#
# The share of new rows whose parents are more than 30 years apart:

{f"standardize={key}": round(share, 2) for key, share in bridges.items()}

# %%
# New rows are in years and euros either way: only the search for neighbours is in other units. With
# income in thousands of euros the left picture would be another one, and the right one the same.
