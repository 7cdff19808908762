"""
Kernel density estimation: bandwidths, kernels and samplers
===========================================================

This example estimates the density of one minority class and draws synthetic samples from it. It
compares the bandwidth selectors, the kernels and the samplers of the density family.
"""

# %%
# The minority class
# ------------------
#
# It has two features and 153 samples: 120 along a curve, a cluster of 30, and three outliers.

import numpy as np

rng = np.random.default_rng(3)
angle = np.pi * rng.random(120)
curve = np.column_stack([2 * np.cos(angle), 2 * np.sin(angle)]) + 0.15 * rng.normal(size=(120, 2))
cluster = rng.normal([0.2, -0.8], [0.25, 0.1], size=(30, 2))
outliers = np.array([[4.5, 2.5], [-4.0, -1.5], [3.5, -2.0]])
minority = np.concatenate([curve, cluster, outliers])
X = np.concatenate([minority, rng.normal(scale=2, size=(600, 2))])
y = np.repeat(["minority", "majority"], [len(minority), 600])

# %%
# ``score_samples`` returns the logarithm of the density of a class, and ``sample`` draws from it.
# In the plots, the density changes by a factor of e from one contour to the next.

import matplotlib.pyplot as plt

BLUE, ORANGE = "#0072B2", "#E69F00"
x_grid, y_grid = np.meshgrid(np.linspace(-5.5, 5.5, 111), np.linspace(-3.7, 3.9, 77))
grid = np.column_stack([x_grid.ravel(), y_grid.ravel()])
LEVELS = np.arange(-9, 1)


def draw(samplers):
    """Plot the density of each sampler, the minority class, and 300 synthetic samples."""
    fig, axes = plt.subplots(-(-len(samplers) // 2), 2, figsize=(9, 3.3 * -(-len(samplers) // 2)))
    fig.set_layout_engine("constrained")
    fig.supxlabel("feature 1")
    fig.supylabel("feature 2")
    for ax, (name, sampler) in zip(axes.flat, samplers.items(), strict=False):
        sampler.set_params(random_state=0).fit(X, y)
        if hasattr(sampler, "score_samples"):
            log_density = sampler.score_samples(grid, label="minority").reshape(x_grid.shape)
            ax.contourf(x_grid, y_grid, log_density, LEVELS, cmap="Greys", alpha=0.6, extend="max")
        new = sampler.sample(300, label="minority")
        ax.scatter(*new.T, s=9, c=ORANGE, marker="x", lw=0.8, label="synthetic")
        ax.scatter(*minority.T, s=9, c=BLUE, marker="^", lw=0, label="minority")
        ax.set(title=name, xlim=(-5.5, 5.5), ylim=(-3.7, 3.9))
    for ax in axes.flat[len(samplers) :]:
        ax.set_axis_off()
    handles, labels = axes.flat[0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside upper center", ncols=2, markerscale=2)


# %%
# Bandwidth selectors
# -------------------
#
# All kernels are normal and have the covariance of the class. Only the bandwidth differs.

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
# - **scott** and **silverman** assume a normal distribution. They oversmooth: synthetic samples
#   fill the inside of the curve.
# - **isj** and **lscv** select narrow kernels, which follow the curve. Outliers are narrow modes.
# - **likelihood_cv** maximizes the likelihood of each sample under the other samples. The outliers
#   need wide normal kernels, which are too wide for the curve.
#
# Kernels and covariances
# -----------------------

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
# - By **default**, each kernel has the covariance of its neighborhood, so that kernels follow the
#   curve. The heavy tails of Student's t reach the outliers, so that kernels can stay narrow.
# - With **normal kernels**, the outliers make all kernels wider.
# - **full** and **diagonal** covariances are the same for all kernels.
# - **adaptive=True** makes kernels wider where samples are sparse.
# - With **normal scores**, synthetic samples stay within the range of each feature.
#
# Samplers
# --------

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
        "SMOTE (no density)": SMOTE(),
    }
)

# %%
# - **ROSE** uses normal kernels with Silverman's rule, one bandwidth per feature. It widens the
#   curve.
# - **RWOSampling** adds so little noise that synthetic samples almost repeat the original ones.
# - **MultivariateGaussianSMOTE** draws around the mean of each neighborhood.
# - **GaussianCopulaOverSampler** keeps the distribution of each feature and the correlation of the
#   two, which is nearly zero here. Therefore, it loses the curve.
# - **SMOTE** interpolates between nearest neighbors. Long lines lead to the outliers.
