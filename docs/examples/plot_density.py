"""
Densities, and new rows from them
=================================

The same rare class of two features, 120 rows along a bend, a group of 30 and three strays, under
each bandwidth selector, each shape of kernel and each sampler of the density family: what they
take its density for, and the rows that they draw from it.
"""

# %%
# The class
# ---------

import numpy as np

rng = np.random.default_rng(3)
angle = np.pi * rng.random(120)
bend = np.column_stack([2 * np.cos(angle), 2 * np.sin(angle)]) + 0.15 * rng.normal(size=(120, 2))
group = rng.normal([0.2, -0.8], [0.25, 0.1], size=(30, 2))
strays = np.array([[4.5, 2.5], [-4.0, -1.5], [3.5, -2.0]])
rare = np.concatenate([bend, group, strays])
X = np.concatenate([rare, rng.normal(scale=2, size=(600, 2))])
y = np.repeat(["rare", "other"], [len(rare), 600])

# %%
# ``score_samples`` gives the logarithm of a class's density anywhere, ``sample`` draws from it.

import matplotlib.pyplot as plt

GREY, BLUE, ORANGE = "#999999", "#0072B2", "#E69F00"
x_grid, y_grid = np.meshgrid(np.linspace(-5.5, 5.5, 111), np.linspace(-3.7, 3.9, 77))
grid = np.column_stack([x_grid.ravel(), y_grid.ravel()])
LEVELS = np.arange(-9, 1)


def draw(samplers):
    """Draw the density, the class and 300 new rows of each sampler."""
    fig, axes = plt.subplots(-(-len(samplers) // 2), 2, figsize=(9, 3.3 * -(-len(samplers) // 2)))
    fig.set_layout_engine("constrained")
    for ax, (name, sampler) in zip(axes.flat, samplers.items(), strict=False):
        sampler.set_params(random_state=0).fit(X, y)
        if hasattr(sampler, "score_samples"):
            log_density = sampler.score_samples(grid, label="rare").reshape(x_grid.shape)
            ax.contourf(x_grid, y_grid, log_density, LEVELS, cmap="Greys", alpha=0.6, extend="max")
        new = sampler.sample(300, label="rare")
        ax.scatter(*new.T, s=9, c=ORANGE, marker="x", lw=0.8, label="new rows")
        ax.scatter(*rare.T, s=9, c=BLUE, marker="^", lw=0, label="the class")
        ax.set(title=name, xlim=(-5.5, 5.5), ylim=(-3.7, 3.9))
    for ax in axes.flat[len(samplers) :]:
        ax.set_axis_off()
    handles, labels = axes.flat[0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside upper center", ncols=2, markerscale=2)


# %%
# Each selector
# -------------
#
# Normal kernels with the covariance of the class, so that nothing but their width differs. A step
# from one grey to the next is a factor of e in density.

from skresample import KDEOverSampler

draw(
    {
        f"bandwidth='{selector}'": KDEOverSampler(
            bandwidth=selector, covariance="full", kernel="gaussian"
        )
        for selector in ("scott", "silverman", "isj", "lscv", "likelihood_cv")
    }
)

# %%
# - **scott** and **silverman** take the class for one normal hill and fill in the bend, as far as
#   the middle of the circle.
# - **isj** and **lscv** see the narrow parts and follow them; the strays are islands.
# - **likelihood_cv** asks that each row be likely under the others. Each stray has to be, so that
#   normal kernels must be wider than the rest of the class wants.
#
# Each shape of kernel
# --------------------

draw(
    {
        "covariance='local', kernel='student' (default)": KDEOverSampler(),
        "kernel='gaussian'": KDEOverSampler(kernel="gaussian"),
        "covariance='full'": KDEOverSampler(covariance="full"),
        "covariance='diagonal'": KDEOverSampler(covariance="diagonal"),
        "adaptive=True": KDEOverSampler(adaptive=True),
        "marginals='normal_score'": KDEOverSampler(marginals="normal_score"),
    }
)

# %%
# - By **default**, each kernel is stretched along the rows around it, and Student's tails reach the
#   strays: so the kernels can be as narrow as the bend is.
# - With **normal kernels** the strays widen them all.
# - Among **normal scores**, new rows stay in the range of each column.
#
# Each sampler
# ------------

from skresample import (
    ROSE,
    SMOTE,
    GaussianCopulaOverSampler,
    MultivariateGaussianSMOTE,
    RWOSampling,
)

draw(
    {
        "ROSE": ROSE(),
        "RWOSampling": RWOSampling(),
        "MultivariateGaussianSMOTE": MultivariateGaussianSMOTE(),
        "GaussianCopulaOverSampler": GaussianCopulaOverSampler(),
        "KDEOverSampler": KDEOverSampler(),
        "SMOTE, which has no density": SMOTE(),
    }
)

# %%
# - **ROSE** is a normal kernel by Silverman's rule, a width for each column: it thickens the bend.
# - **RWOSampling** steps so little that new rows are nearly the old ones.
# - **MultivariateGaussianSMOTE** draws around the middle of each neighbourhood.
# - **GaussianCopulaOverSampler** keeps the two columns as they are, and of what is between them
#   only the correlation, which is nearly none here.
# - **SMOTE** stays on lines between neighbours, and reaches the strays by long ones.
