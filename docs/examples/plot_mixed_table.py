"""
A table with categories and holes
=================================

What becomes of strings, booleans and missing values: their shares among the rows that were given,
and among new ones.
"""

# %%
# The table
# ---------
#
# Of 1,000 patients, 120 come back within a month. Two values are from one blood test: where there
# was none, both are missing. Those who come back were tested more often.

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
y = np.where(returns, "returns", "well")
X.head()

# %%
# New rows
# --------
#
# Nothing is encoded or filled in first. New rows have the types of the table:

from skresample import SMOTE

sampler = SMOTE(standardize=True, random_state=0).fit(X, y)
new = sampler.sample(5000, label="returns")
new.sample(5, random_state=0)

# %%
# Shares before and after
# -----------------------

import matplotlib.pyplot as plt

BLUE, ORANGE = "#0072B2", "#E69F00"

given = X[returns]


def shares(rows):
    """Return the shares of categories, and of missing values."""
    names = ["surgery", "heart", "lung", "skin"]
    categories = pd.Series({f"ward: {name}": (rows["ward"] == name).mean() for name in names})
    categories["emergency: True"] = rows["emergency"].mean()
    missing = rows[["iron", "sodium", "weight"]].isna()
    holes = missing.mean()
    holes["iron and sodium"] = (missing["iron"] & missing["sodium"]).mean()
    holes["only one of these"] = (missing["iron"] != missing["sodium"]).mean()
    return categories, holes


titles = ["share of a category", "share of missing values"]
given_and_new = zip(shares(given), shares(new), strict=True)

fig, axes = plt.subplots(1, 2, figsize=(8.5, 4), sharex=True)
fig.set_layout_engine("constrained")
for ax, title, (before, after) in zip(axes, titles, given_and_new, strict=True):
    place = np.arange(len(before))
    old_bars = ax.barh(place - 0.19, before, 0.36, color=BLUE, label="the 120 rows of the class")
    new_bars = ax.barh(place + 0.19, after, 0.36, color=ORANGE, label="5,000 new rows")
    ax.bar_label(old_bars, fmt="%.2f", padding=3)
    ax.bar_label(new_bars, fmt="%.2f", padding=3)
    ax.set_yticks(place, before.index)
    ax.invert_yaxis()
    ax.set_title(title)
    ax.spines[["top", "right"]].set_visible(False)
axes[0].set_xlim(0, 0.6)
handles, labels = axes[0].get_legend_handles_labels()
_ = fig.legend(handles, labels, loc="outside upper center", ncols=2)

# %%
# What to see:
#
# - **Categories** are voted on by the neighbours of the row that a new row starts from, so that
#   frequent ones become more frequent, and rare ones can vanish. That is SMOTE-NC as it was
#   published. If you need rare categories, repeat rows with
#   :class:`~skresample.RandomOverSampler`, which keeps all shares.
# - **Booleans** are not voted on: a new row has its partner's with the probability of the step,
#   else its base's. True loses less than it would by a vote, but it loses: rows with a rare value
#   are less often among the nearest of others.
# - **Holes** are those of the row that a new row starts from. Their shares stay, and so does what
#   goes together: iron is missing exactly where sodium is.
