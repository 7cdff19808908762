"""
Generators, and the rows that they make
=======================================

The same rare class of three columns, a bend, a group and a colour that goes with where a row is,
as each generator makes it, beside SMOTE and a density.
"""

# %%
# The class
# ---------

import numpy as np
import pandas as pd

rng = np.random.default_rng(3)
angle = np.pi * rng.random(260)
bend = np.column_stack([2 * np.cos(angle), 2 * np.sin(angle)]) + 0.15 * rng.normal(size=(260, 2))
group = rng.normal([0.2, -0.8], [0.4, 0.15], size=(90, 2))
rare = pd.DataFrame(np.concatenate([bend, group]), columns=["x", "y"])
rare["colour"] = np.where(rare["x"] < 0, "blue", "orange")
rare.loc[bend.shape[0] :, "colour"] = "green"
others = pd.DataFrame(rng.normal(scale=2, size=(600, 2)), columns=["x", "y"]).assign(colour="green")
X = pd.concat([rare, others], ignore_index=True)
y = np.repeat(["rare", "other"], [len(rare), len(others)])

# %%
# Each generator
# --------------
#
# All have ``fit`` and ``sample``. ``GeneratorSampler`` takes the generator of another library, here
# one of a few lines: whole rows of the class, with a little noise.

import matplotlib.pyplot as plt

import skresample
from skresample import SMOTE, GaussianCopulaOverSampler, GeneratorSampler, KDEOverSampler
from skresample.utils import import_extra


class Jitter:
    def fit(self, frame):
        self.frame = frame

    def sample(self, n):
        # Both by NumPy's global state, which is seeded meanwhile.
        one, other = (self.frame.sample(n, replace=True, ignore_index=True) for _ in range(2))
        noise = 0.05 * (other[["x", "y"]] - self.frame[["x", "y"]].mean())
        return one.assign(x=one["x"] + noise["x"], y=one["y"] + noise["y"])


samplers = {
    "MarginalSampler": skresample.MarginalSampler(),
    "Perturbation": skresample.Perturbation(scale=0.3),
    "VAEOverSampler": skresample.VAEOverSampler(),
    "ARFOverSampler": skresample.ARFOverSampler(),
    "GeneratorSampler(Jitter())": GeneratorSampler(Jitter()),
    "GaussianCopulaOverSampler": GaussianCopulaOverSampler(),
    "KDEOverSampler": KDEOverSampler(),
    "SMOTE": SMOTE(),
}
try:
    import_extra("torch", "torch")
except ImportError as error:
    print(f"GANOverSampler is not drawn. {error}")
else:
    samplers["GANOverSampler"] = skresample.GANOverSampler()

COLOURS = {"blue": "#0072B2", "orange": "#E69F00", "green": "#009E73"}


def draw(ax, rows, title):
    """Draw rows, each in its colour."""
    ax.scatter(rows["x"], rows["y"], s=7, lw=0, c=rows["colour"].map(COLOURS))
    ax.set(title=title, xlim=(-3.2, 3.2), ylim=(-2.2, 3.2))


fig, axes = plt.subplots(-(-(1 + len(samplers)) // 3), 3, figsize=(9, 12), sharex=True, sharey=True)
fig.set_layout_engine("constrained")
draw(axes.flat[0], rare, "the class")
for ax, (name, sampler) in zip(axes.flat[1:], samplers.items(), strict=False):
    sampler.set_params(random_state=0).fit(X, y)
    draw(ax, sampler.sample(350, label="rare"), name)
for ax in axes.flat[1 + len(samplers) :]:
    ax.set_axis_off()

# %%
# - **MarginalSampler** draws each column by itself: the frame is right, and nothing in it.
# - **Perturbation** is the class, blurred.
# - **VAEOverSampler** finds bend and group, and blurs where they meet.
# - **ARFOverSampler** puts them together from boxes.
# - **GaussianCopulaOverSampler** keeps the columns and the correlation, which is nearly none here.
# - **KDEOverSampler** and **SMOTE** go out from rows of the class, and follow it closest.
# - **GANOverSampler**, where PyTorch is installed, has learnt from a critic alone what goes with
#   what.
#
# What they are worth on real tables: ``python -m benchmarks.generators``.
