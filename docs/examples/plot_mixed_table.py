"""
Mixed-type data: categorical features and missing values
========================================================

SMOTE oversamples a table with strings, booleans and missing values. This example compares category
frequencies and missing rates of the original and the synthetic samples.
"""

# %%
# The data
# --------
#
# Of 1,000 patients, 120 return to hospital within a month. Iron and sodium come from one blood
# test, so that both are missing together. Patients who return were tested more often.

import numpy as np
import pandas as pd

rng = np.random.default_rng(0)
n = 1000
returns = np.arange(n) < 120
ward = rng.choice(["surgery", "heart", "lung", "skin"], n, p=[0.45, 0.35, 0.15, 0.05])
X = pd.DataFrame(
    {
        "age": rng.integers(20, 90, n),
        "ward": pd.Categorical(ward),
        "emergency": rng.random(n) < np.where(returns, 0.3, 0.1),
        "iron": rng.normal(16, 5, n).round(1),
        "sodium": rng.normal(140, 4, n).round(),
        "weight": rng.normal(75, 12, n).round(1),
    }
)
X.loc[rng.random(n) < np.where(returns, 0.3, 0.6), ["iron", "sodium"]] = np.nan
X.loc[rng.random(n) < 0.15, "weight"] = np.nan
y = np.where(returns, "returns", "stays home")
X.head()

# %%
# Oversampling
# ------------
#
# You do not need to encode or impute anything. Synthetic samples have the types of the table:

from skresample import SMOTE

sampler = SMOTE(standardize=True, random_state=0).fit(X, y)
synthetic = sampler.sample(5000, label="returns")
synthetic.sample(5, random_state=0)

# %%
# Category frequencies and missing rates
# --------------------------------------

import matplotlib.pyplot as plt

BLUE, ORANGE = "#0072B2", "#E69F00"


def proportions(rows):
    """Return the proportions of categories, and of missing values."""
    names = ["surgery", "heart", "lung", "skin"]
    categories = pd.Series({f"ward: {name}": (rows["ward"] == name).mean() for name in names})
    categories["emergency: True"] = rows["emergency"].mean()
    is_missing = rows[["iron", "sodium", "weight"]].isna()
    missing = is_missing.mean()
    missing["iron and sodium"] = (is_missing["iron"] & is_missing["sodium"]).mean()
    missing["iron or sodium, not both"] = (is_missing["iron"] != is_missing["sodium"]).mean()
    return categories, missing


titles = ["category frequency", "missing rate"]
original_and_synthetic = zip(proportions(X[returns]), proportions(synthetic), strict=True)

fig, axes = plt.subplots(1, 2, figsize=(8.5, 4), sharex=True)
fig.set_layout_engine("constrained")
for ax, title, (before, after) in zip(axes, titles, original_and_synthetic, strict=True):
    y_axis = np.arange(len(before))
    old_bars = ax.barh(y_axis - 0.19, before, 0.36, color=BLUE, label="120 original samples")
    new_bars = ax.barh(y_axis + 0.19, after, 0.36, color=ORANGE, label="5,000 synthetic samples")
    ax.bar_label(old_bars, fmt="%.2f", padding=3)
    ax.bar_label(new_bars, fmt="%.2f", padding=3)
    ax.set_yticks(y_axis, before.index)
    ax.invert_yaxis()
    ax.set_title(title)
    ax.spines[["top", "right"]].set_visible(False)
axes[0].set_xlim(0, 0.6)
handles, labels = axes[0].get_legend_handles_labels()
_ = fig.legend(handles, labels, loc="outside upper center", ncols=2)

# %%
# - **Categories**: the nearest neighbors of the base sample vote, as published for SMOTE-NC.
#   Therefore, frequent categories become more frequent, and rare ones can vanish. To keep the
#   frequencies, use :class:`~skresample.RandomOverSampler`, which repeats samples.
# - **Booleans**: a synthetic sample takes the value of its base or of its partner. Rare values lose
#   less than by a vote. They still lose, because samples with a rare value are less often nearest
#   neighbors.
# - **Missing values**: a value is missing where it is missing in the base. Missing rates stay, and
#   so do patterns: iron is missing exactly where sodium is.
