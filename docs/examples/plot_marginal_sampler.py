"""
Rows from named distributions, and rows changed
===============================================

What ``MarginalSampler`` takes the columns of a class for, what it draws, and how far each method of
``Perturbation`` moves rows: far enough that nobody finds them again?
"""

# %%
# Each column a distribution
# --------------------------
#
# A class of 300 rows, whose columns are skewed, counted, rounded and of two hills.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from skresample import MarginalSampler

GREY, BLUE, ORANGE = "#999999", "#0072B2", "#E69F00"
rng = np.random.default_rng(0)
frame = pd.DataFrame(
    {
        "income": rng.lognormal(8, 0.5, 700),
        "children": rng.poisson(1.3, 700),
        "age": np.rint(rng.normal(45, 12, 700)).astype(int),
        "hour": np.where(rng.random(700) < 0.5, rng.normal(8, 1, 700), rng.normal(17, 1, 700)),
    }
)
y = np.repeat(["rare", "other"], [300, 400])
generator = MarginalSampler(random_state=0).fit(frame, y)
log = pd.DataFrame(generator.fit_log_).set_index("column")
log[["distribution", "distance", "bic", "runner_up", "runner_up_bic"]].round(2)

# %%
# The log gives the greatest distance between the distribution functions of the column and of what
# was chosen. That of ``hour`` says that nothing fits; ``distributions="empirical"`` draws between
# the values of the column instead.

empirical = MarginalSampler(distributions="empirical", random_state=0).fit(frame, y)
samplers = {"named": generator, "empirical": empirical}
fig, axes = plt.subplots(2, 4, figsize=(11, 5), sharex="col", layout="constrained")
for row, (how, sampler) in zip(axes, samplers.items(), strict=True):
    new = sampler.sample(3000, label="rare")
    for ax, name in zip(row, frame, strict=True):
        own = frame[name][y == "rare"]
        whole = own.dtype.kind == "i"
        edges = np.histogram_bin_edges(np.concatenate([own, new[name]]), 25)
        if whole:
            low, high = min(own.min(), new[name].min()), max(own.max(), new[name].max())
            edges = np.arange(low, high + 2, max(1, (high - low) // 25)) - 0.5
        ax.hist(own, edges, density=True, color=BLUE, alpha=0.5, label="the class")
        ax.hist(new[name], edges, density=True, histtype="step", color=ORANGE, lw=1.8, label="new")
        chosen = log.loc[name, "distribution"] if how == "named" else how
        ax.set(title=f"{name}: {chosen}", yticks=[])
handles, labels = axes[0, 0].get_legend_handles_labels()
fig.legend(handles, labels, loc="outside upper center", ncols=2)

# %%
# Rows changed
# ------------
#
# A table of 60 rows, with a line from each to what is released of it. The number is
# ``linkage_``: the share of released rows whose nearest original row is their own.

from skresample import Perturbation

angle = np.pi * rng.random(60)
table = np.column_stack([2 * np.cos(angle), 2 * np.sin(angle)]) + 0.15 * rng.normal(size=(60, 2))
methods = {
    "noise, scale=0.1": Perturbation(),
    "noise, scale=0.5": Perturbation(scale=0.5),
    "correlated_noise, scale=0.5": Perturbation(method="correlated_noise", scale=0.5),
    "microaggregation, group_size=5": Perturbation(method="microaggregation", group_size=5),
    "… without preserve_variance": Perturbation(
        method="microaggregation", group_size=5, preserve_variance=False
    ),
    "rank_swap, window=0.1": Perturbation(method="rank_swap"),
}
fig, axes = plt.subplots(2, 3, figsize=(11, 6), sharex=True, sharey=True, layout="constrained")
for ax, (name, sampler) in zip(axes.flat, methods.items(), strict=True):
    released = sampler.set_params(random_state=0).perturb(table)
    for old, new in zip(table, released, strict=True):
        ax.plot(*zip(old, new, strict=True), c=GREY, lw=0.6)
    ax.scatter(*table.T, s=14, c=BLUE, marker="^", lw=0, label="the table")
    ax.scatter(*released.T, s=16, c=ORANGE, marker="x", lw=1, label="released")
    ax.set_title(f"{name}: {sampler.linkage_:.0%}")
handles, labels = axes.flat[0].get_legend_handles_labels()
fig.legend(handles, labels, loc="outside upper center", ncols=2, markerscale=1.5)

# %%
# - After a little **noise**, most rows are still next to their own. In the user guide, with ten
#   columns and more, it is nearly all.
# - **Microaggregation** moves rows among those near them, along the bend; without
#   ``preserve_variance``, five rows or more become one point.
# - **Exchanged ranks** keep each column to the last value, and here even the bend; but rows stay
#   near.
