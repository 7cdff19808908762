"""
Where each method puts its rows
===============================

The same table of two features, over-sampled by each method: 400 majority rows, and 50
minority rows in three parts. Twenty form a tight group of their own, twenty-five lie along
the edge of the majority, and five are strewn inside it.
"""

# %%
# The table
# ---------

import numpy as np

rng = np.random.default_rng(5)
majority = rng.normal([0.0, 0.0], [1.0, 1.0], size=(400, 2))
group = rng.normal([4.2, 2.2], [0.25, 0.25], size=(20, 2))
edge = np.column_stack([rng.normal(2.0, 0.35, 25), rng.uniform(-2.5, 1.0, 25)])
strewn = rng.normal([-0.5, 0.3], [0.8, 0.8], size=(5, 2))
X = np.vstack([majority, group, edge, strewn])
y = np.repeat([0, 1], [400, 50])

# %%
# Fifteen ways to balance it
# --------------------------
#
# Each sampler adds 350 minority rows. ``is_synthetic_`` tells them from those that were given.

from skresample import (
    ADASYN,
    MWMOTE,
    SMOTE,
    SVMSMOTE,
    BorderlineSMOTE,
    GeometricSMOTE,
    KMeansSMOTE,
    LeeSMOTE,
    LoRAS,
    PolynomialFitSMOTE,
    ProWSyn,
    RandomOverSampler,
    SafeLevelSMOTE,
)

samplers = {
    "RandomOverSampler": RandomOverSampler(random_state=0),
    "RandomOverSampler, shrinkage=1": RandomOverSampler(shrinkage=1, random_state=0),
    "SMOTE": SMOTE(random_state=0),
    "BorderlineSMOTE, borderline-1": BorderlineSMOTE(random_state=0),
    "BorderlineSMOTE, borderline-2": BorderlineSMOTE(kind="borderline-2", random_state=0),
    "SVMSMOTE": SVMSMOTE(random_state=0),
    "KMeansSMOTE": KMeansSMOTE(kmeans_estimator=12, random_state=0),
    "ADASYN": ADASYN(random_state=0),
    "SafeLevelSMOTE": SafeLevelSMOTE(random_state=0),
    "LeeSMOTE": LeeSMOTE(random_state=0),
    "MWMOTE": MWMOTE(random_state=0),
    "ProWSyn": ProWSyn(random_state=0),
    "PolynomialFitSMOTE, star": PolynomialFitSMOTE(random_state=0),
    "GeometricSMOTE": GeometricSMOTE(random_state=0),
    "LoRAS": LoRAS(random_state=0),
}

import matplotlib.pyplot as plt

# Colours that colour-blind readers can tell apart (Okabe and Ito), and other markers.
GREY, BLUE, ORANGE = "#BBBBBB", "#0072B2", "#E69F00"

fig, axes = plt.subplots(5, 3, figsize=(11, 16), sharex=True, sharey=True)
fig.set_layout_engine("constrained")
for ax, (name, sampler) in zip(axes.flat, samplers.items(), strict=True):
    X_resampled, _ = sampler.fit_resample(X, y)
    new = X_resampled[sampler.is_synthetic_]
    ax.scatter(*X[y == 0].T, s=10, c=GREY, label="majority")
    ax.scatter(*new.T, s=16, c=ORANGE, marker="x", lw=0.8, label="new minority rows")
    ax.scatter(*X[y == 1].T, s=26, c=BLUE, marker="^", ec="w", lw=0.5, label="minority")
    ax.set_title(name)
fig.supxlabel("feature 1")
fig.supylabel("feature 2")
handles, labels = axes.flat[0].get_legend_handles_labels()
_ = fig.legend(handles, labels, loc="outside upper center", ncols=3, markerscale=1.6)

# %%
# What to see:
#
# - **RandomOverSampler** puts each new row on an old one. With **shrinkage** it blurs the class by
#   the same normal noise everywhere, as wide as the whole class says: too wide for the tight group.
# - **SMOTE** draws lines between neighbours. Each of the five strewn rows gives as many new rows as
#   any other, and its neighbours are far away: the lines run across the majority.
# - **BorderlineSMOTE** leaves the tight group alone, since none of its rows is in danger.
#   ``borderline-2`` also steps towards majority rows.
# - **SVMSMOTE** starts from support vectors, and steps outward from those that are safe.
# - **KMeansSMOTE** uses only clusters where the minority prevails. Here that is the tight group
#   alone: nothing is made from the strewn rows, and nothing at the edge.
# - **ADASYN** starts most often from rows among the majority, the strewn ones. If these are
#   mistakes in the labels, it multiplies mistakes. It leaves the tight group alone.
# - **SafeLevelSMOTE** keeps near the safer row of each pair, so that little is made among the
#   majority; **LeeSMOTE** rejects what would be.
# - **MWMOTE** and **ProWSyn** weigh rows by how near the border they are. MWMOTE joins rows of one
#   cluster only; a level of ProWSyn has rows on all sides, and its lines go through everything.
# - **PolynomialFitSMOTE** draws rows towards the mean of the class, which is nobody's place here.
# - **GeometricSMOTE** fills half balls around rows, that end where the majority begins.
# - **LoRAS** averages several neighbours: it stays in the middle of each part.
#
# Parents of a row
# ----------------
#
# ``parents_`` has the input rows behind each new row. How often ADASYN started from a row of each
# part of the minority, on average:

sampler = samplers["ADASYN"]
times = np.bincount(sampler.parents_[:, 0], minlength=len(X))
parts = {"group": times[400:420], "edge": times[420:445], "strewn": times[445:]}
{name: round(float(part.mean()), 1) for name, part in parts.items()}
