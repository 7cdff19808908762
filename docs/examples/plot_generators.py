"""
Generative models: synthetic samples of each
============================================

This example oversamples one minority class with each generative model of the library. SMOTE and
two density estimates are shown for comparison.
"""

# %%
# The minority class
# ------------------
#
# It has two numerical features and a categorical one, ``color``, which depends on them: 260 samples
# lie along a curve, blue on the left and orange on the right. A cluster of 90 samples is green.

import numpy as np
import pandas as pd

rng = np.random.default_rng(3)
angle = np.pi * rng.random(260)
curve = np.column_stack([2 * np.cos(angle), 2 * np.sin(angle)]) + 0.15 * rng.normal(size=(260, 2))
cluster = rng.normal([0.2, -0.8], [0.4, 0.15], size=(90, 2))
minority = pd.DataFrame(np.concatenate([curve, cluster]), columns=["x", "y"])
minority["color"] = np.where(minority["x"] < 0, "blue", "orange")
minority.loc[len(curve) :, "color"] = "green"
majority = pd.DataFrame(rng.normal(scale=2, size=(600, 2)), columns=["x", "y"])
X = pd.concat([minority, majority.assign(color="green")], ignore_index=True)
y = np.repeat(["minority", "majority"], [len(minority), len(majority)])

# %%
# Synthetic samples
# -----------------
#
# All samplers have ``fit`` and ``sample``. ``GeneratorSampler`` accepts generators of other
# libraries. Here, ``Jitter`` is one: it copies samples of the class and adds noise.

import matplotlib.pyplot as plt

import skresample
from skresample import SMOTE, GaussianCopulaOverSampler, GeneratorSampler, KDEOverSampler
from skresample.utils import import_extra


class Jitter:
    """Copies of random rows with noise."""

    def fit(self, frame):
        self.frame = frame

    def sample(self, n):
        # pandas draws from NumPy's global state, which GeneratorSampler seeds during the call.
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
    print(f"GANOverSampler is not shown: {error}")
else:
    samplers["GANOverSampler"] = skresample.GANOverSampler()

COLORS = {"blue": "#0072B2", "orange": "#E69F00", "green": "#009E73"}


def draw(ax, rows, title):
    """Plot samples in their colors."""
    ax.scatter(rows["x"], rows["y"], s=7, lw=0, c=rows["color"].map(COLORS))
    ax.set(title=title, xlim=(-3.2, 3.2), ylim=(-2.2, 3.2))


fig, axes = plt.subplots(-(-(1 + len(samplers)) // 3), 3, figsize=(9, 12), sharey=True)
fig.set_layout_engine("constrained")
fig.supxlabel("x")
fig.supylabel("y")
draw(axes.flat[0], minority, "minority class (original)")
for ax, (name, sampler) in zip(axes.flat[1:], samplers.items(), strict=False):
    sampler.set_params(random_state=0).fit(X, y)
    draw(ax, sampler.sample(350, label="minority"), name)
for ax in axes.flat[1 + len(samplers) :]:
    ax.set_axis_off()

# %%
# - **MarginalSampler** draws each feature independently. It keeps the range of each feature, and
#   loses the curve and the cluster.
# - **Perturbation** adds noise to the original samples.
# - **VAEOverSampler** learns the curve and the cluster. A few samples lie between them.
# - **ARFOverSampler** divides the class into boxes and draws from each.
# - **GaussianCopulaOverSampler** keeps the distribution of each feature and the correlation of the
#   two, which is nearly zero here.
# - **KDEOverSampler** and **SMOTE** start from original samples, and follow the class most closely.
# - **GANOverSampler** requires PyTorch. Its generator learns only from the feedback of a critic.
#
# ``python -m benchmarks.generators`` compares them on real data.
