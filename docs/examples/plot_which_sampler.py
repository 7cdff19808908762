r"""
Which sampler?
==============

Every method of the library on the same data with two features: a description, a formula, the
reference, and a plot of the synthetic samples.

No method is best on all data. Often none is better than a tuned threshold without resampling.
:func:`~skresample.compare` measures this on your data. A first choice:

.. list-table::
   :header-rows: 1
   :widths: 45 55

   * - your data
     - try
   * - any data, as the baseline for other samplers
     - :class:`~skresample.RandomOverSampler`
   * - mixed-type data: numerical and categorical features, missing values
     - :class:`~skresample.SMOTE`, with ``standardize=True`` if units differ
   * - some samples are mislabeled
     - :class:`~skresample.SafeLevelSMOTE`, :class:`~skresample.LeeSMOTE`,
       :class:`~skresample.SMOTEIPF`; not :class:`~skresample.ADASYN`
   * - labels are correct, and the class border matters
     - :class:`~skresample.BorderlineSMOTE`, :class:`~skresample.ProWSyn`
   * - the minority class has several clusters
     - :class:`~skresample.KMeansSMOTE`, :class:`~skresample.MWMOTE`, :class:`~skresample.SMOBD`
   * - synthetic samples must look like real ones
     - :class:`~skresample.KDEOverSampler`
   * - categorical features only
     - :class:`~skresample.SMOTEN`

Notation: x is a minority sample, x' its partner, m the number of minority samples, k the number of
nearest neighbors, u a uniform draw from 0 to 1, and :math:`z` a standard normal draw.
"""

# %%
# The data
# --------
#
# There are 400 majority samples, and 50 minority samples in three parts. 20 form a tight cluster,
# 25 lie along the edge of the majority class, and 5 are scattered inside it.

import matplotlib.pyplot as plt
import numpy as np

import skresample

rng = np.random.default_rng(5)
majority = rng.normal([0.0, 0.0], [1.0, 1.0], size=(400, 2))
cluster = rng.normal([4.2, 2.2], [0.25, 0.25], size=(20, 2))
edge = np.column_stack([rng.normal(2.0, 0.35, 25), rng.uniform(-2.5, 1.0, 25)])
scattered = rng.normal([-0.5, 0.3], [0.8, 0.8], size=(5, 2))
X = np.vstack([majority, cluster, edge, scattered])
y = np.repeat([0, 1], [400, 50])

# Colors for color-blind readers (Okabe and Ito), and different markers.
GREY, BLUE, ORANGE, RED = "#BBBBBB", "#0072B2", "#E69F00", "#D55E00"


def draw(sampler, table=X):
    """Balance the data, and plot the original, synthetic, removed and moved samples."""
    X_out, y_out = sampler.fit_resample(table, y)
    new = sampler.is_synthetic_
    removed = table[np.setdiff1d(np.arange(len(table)), sampler.sample_indices_)]
    _, ax = plt.subplots(figsize=(6.4, 4.0), layout="constrained")
    ax.scatter(*X_out[~new & (y_out == 0)].T, s=10, c=GREY, label="majority")
    ax.scatter(*X_out[new].T, s=16, c=ORANGE, marker="x", lw=0.8, label="synthetic")
    ax.scatter(
        *X_out[~new & (y_out == 1)].T, s=26, c=BLUE, marker="^", ec="w", lw=0.5, label="minority"
    )
    if len(removed):
        ax.scatter(*removed.T, s=26, c=RED, marker="+", lw=0.9, label="removed")
    if hasattr(sampler, "is_moved_"):
        moved = sampler.is_moved_[: len(table)]
        ax.plot(*np.stack([table[moved], X_out[: len(table)][moved]]).T, c=RED, lw=0.6)
        ax.plot([], c=RED, lw=0.6, label="moved")
    ax.set(xlabel="feature 1", ylabel="feature 2", xlim=(-4, 6.2), ylim=(-4, 4.4))
    ax.legend(loc="lower right", fontsize="small", markerscale=1.3)


# %%
# Random oversampling
# -------------------
#
# RandomOverSampler
# ^^^^^^^^^^^^^^^^^
#
# Repeats minority samples, which adds weight but no information.
#
# .. math:: x_{new} = x

draw(skresample.RandomOverSampler(random_state=0))

# %%
# RandomOverSampler with shrinkage
# ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
#
# The smoothed bootstrap: repeated samples with normal noise. Its only bandwidth is too wide for the
# tight cluster :footcite:p:`menardi2014rose`. With the shrinkage h and the standard deviations s,
#
# .. math:: x_{new, j} = x_j + h \left(\frac{4}{(d + 2)\, m}\right)^{1/(d + 4)} s_j\, z_j

draw(skresample.RandomOverSampler(shrinkage=1, random_state=0))

# %%
# Interpolation: the SMOTE family
# -------------------------------
#
# SMOTE
# ^^^^^
#
# Interpolates between a minority sample and one of its nearest neighbors of the class. The lines of
# the five scattered samples cross the majority class :footcite:p:`chawla2002smote`.
# :class:`~skresample.SMOTENC` is the same method.
#
# .. math:: x_{new} = x + u\,(x' - x)

draw(skresample.SMOTE(random_state=0))

# %%
# SMOTEN
# ^^^^^^
#
# For categorical features: a synthetic sample has the most frequent category among a sample and its
# nearest neighbors :footcite:p:`chawla2002smote`. Here the categories are features rounded to
# halves.
#
# .. math:: d^2(x, x') = \sum_j \bigl(2\,|P(c \mid x_j) - P(c \mid x'_j)|\bigr)^2

draw(skresample.SMOTEN(random_state=0), np.round(2 * X) / 2)

# %%
# BorderlineSMOTE
# ^^^^^^^^^^^^^^^
#
# Starts from samples in danger: at least half of their m nearest neighbors, m', are of the majority
# class, but not all. The tight cluster gets no samples :footcite:p:`han2005borderline`.
#
# .. math:: m / 2 \le m' < m

draw(skresample.BorderlineSMOTE(random_state=0))

# %%
# ``borderline-2`` also interpolates towards majority samples, less than half of the way.

draw(skresample.BorderlineSMOTE(kind="borderline-2", random_state=0))

# %%
# SVMSMOTE
# ^^^^^^^^
#
# Starts from support vectors, and extrapolates outward from safe ones
# :footcite:p:`nguyen2011borderline`.
#
# .. math:: x_{new} = x + u\,s\,(x - x') \text{ if safe, else } x + u\,(x' - x)

draw(skresample.SVMSMOTE(random_state=0))

# %%
# KMeansSMOTE
# ^^^^^^^^^^^
#
# Oversamples clusters with mostly minority samples, here only the tight cluster. Sparse clusters
# get more samples :footcite:p:`last2018kmeans`. A cluster of P minority and N majority samples is
# used if, with the threshold t,
#
# .. math:: \frac{N + 1}{P + 1} < \frac{1 - t}{t}

draw(skresample.KMeansSMOTE(kmeans_estimator=12, random_state=0))

# %%
# ADASYN
# ^^^^^^
#
# Starts most often from samples with a large proportion r of majority samples among their nearest
# neighbors. If these are mislabeled, it multiplies them :footcite:p:`he2008adasyn`.
#
# .. math:: g_i = G\, r_i \Big/ \sum_j r_j

draw(skresample.ADASYN(random_state=0))

# %%
# SafeLevelSMOTE
# ^^^^^^^^^^^^^^
#
# Places samples near the safer of two parents: the one with more minority samples, s, among its
# nearest neighbors :footcite:p:`bunkhumpornpat2009safe`.
#
# .. math:: u \sim U(0, s' / s) \text{ if } s \ge s', \text{ else } U(1 - s / s', 1)

draw(skresample.SafeLevelSMOTE(random_state=0))

# %%
# LeeSMOTE
# ^^^^^^^^
#
# SMOTE that rejects a synthetic sample if at least a proportion t of its k nearest neighbors is of
# the majority class :footcite:p:`lee2015rejection`.
#
# .. math:: \#\{\text{majority among the nearest } k\} < t\, k

draw(skresample.LeeSMOTE(random_state=0))

# %%
# MWMOTE
# ^^^^^^
#
# Starts from samples that are informative for the border y of the majority class, and interpolates
# within clusters only :footcite:p:`barua2014mwmote`. With the closeness C,
#
# .. math:: w(x) = \sum_y C(y, x)^2 \Big/ \sum_{x'} C(y, x')

draw(skresample.MWMOTE(random_state=0))

# %%
# ProWSyn
# ^^^^^^^
#
# Assigns samples to levels l by their distance to the border, and starts from near levels more
# often. Lines within a level can cross the majority class :footcite:p:`barua2013prowsyn`.
#
# .. math:: w_l = e^{-\theta (l - 1)}

draw(skresample.ProWSyn(random_state=0))

# %%
# SMOBD
# ^^^^^
#
# Excludes noise, and weights the other samples by the sparsity and density of their neighborhood
# :footcite:p:`cao2011smobd`. With the core distance c and n samples within a radius,
#
# .. math:: w = \eta \frac{c}{\max c} + (1 - \eta) \frac{n}{\max n}

draw(skresample.SMOBD(random_state=0))

# %%
# AssembledSMOTE
# ^^^^^^^^^^^^^^
#
# Splits the border into parts that run in one direction, and interpolates within each
# :footcite:p:`zhou2013assembled`. It merges two parts if their first principal axes a are similar:
#
# .. math:: |a^\top a'| > \text{cosine}

draw(skresample.AssembledSMOTE(random_state=0))

# %%
# PolynomialFitSMOTE
# ^^^^^^^^^^^^^^^^^^
#
# Interpolates towards the mean of the class (``star``), where there are no samples here. Other
# topologies are the next sample (``bus``), all other samples (``mesh``), and a polynomial
# :footcite:p:`gazzah2008polynomial`.
#
# .. math:: x_{new} = x + u\,(\bar x - x)

draw(skresample.PolynomialFitSMOTE(random_state=0))

# %%
# Beyond interpolation
# --------------------
#
# GeometricSMOTE
# ^^^^^^^^^^^^^^
#
# Draws from truncated balls around minority samples. The balls do not reach majority samples
# :footcite:p:`douzas2019geometric`. With a draw v from the truncated and deformed unit ball,
#
# .. math:: x_{new} = x + \|x' - x\|\, v

draw(skresample.GeometricSMOTE(random_state=0))

# %%
# LoRAS
# ^^^^^
#
# Averages several neighbors with noise, so that synthetic samples lie in the middle of each part
# :footcite:p:`bej2021loras`. With Dirichlet weights a,
#
# .. math:: x_{new} = \sum_i a_i\, (x_i + \sigma z_i)

draw(skresample.LoRAS(random_state=0))

# %%
# LVQSMOTE
# ^^^^^^^^
#
# Learns a codebook c of the class, and shifts samples by the differences of its vectors
# :footcite:p:`nakamura2013lvq`.
#
# .. math:: x_{new} = x + c_j - c_i

draw(skresample.LVQSMOTE(random_state=0))

# %%
# Density estimation
# ------------------
#
# KDEOverSampler
# ^^^^^^^^^^^^^^
#
# Kernel density estimation. Kernels have the covariance of their neighborhood: narrow in the
# cluster, long along the edge. The bandwidth maximizes the cross-validated likelihood
# :footcite:p:`silverman1986density,duin1976choice`.
#
# .. math:: f(x) = \frac{1}{m} \sum_i K_{h^2 \Sigma_i}(x - x_i)

draw(skresample.KDEOverSampler(random_state=0))

# %%
# ROSE
# ^^^^
#
# Adds normal noise to a minority sample. The bandwidth is optimal for a normal distribution, and
# too wide here :footcite:p:`menardi2014rose`. With the standard deviations s,
#
# .. math:: x_{new, j} = x_j + \left(\frac{4}{(d + 2)\, m}\right)^{1/(d + 4)} s_j\, z_j

draw(skresample.ROSE(random_state=0))

# %%
# RWOSampling
# ^^^^^^^^^^^
#
# Adds normal noise with the standard error of the mean, so that synthetic samples almost repeat the
# original ones :footcite:p:`zhang2014rwo`.
#
# .. math:: x_{new, j} = x_j - \frac{s_j}{\sqrt m}\, z_j

draw(skresample.RWOSampling(random_state=0))

# %%
# MultivariateGaussianSMOTE
# ^^^^^^^^^^^^^^^^^^^^^^^^^
#
# Draws from a normal distribution with the mean and covariance of a sample and its k nearest
# neighbors :footcite:p:`sakho2024rebalancing`.
#
# .. math:: x_{new} \sim N(\hat\mu, \lambda \hat\Sigma)

draw(skresample.MultivariateGaussianSMOTE(random_state=0))

# %%
# GaussianCopulaOverSampler
# ^^^^^^^^^^^^^^^^^^^^^^^^^
#
# Keeps the distribution of each feature, and one correlation matrix R. This suits one cluster, not
# three :footcite:p:`patki2016synthetic`.
#
# .. math:: x_{new, j} = F_j^{-1}(\Phi(z_j)), \qquad z \sim N(0, R)

draw(skresample.GaussianCopulaOverSampler(random_state=0))

# %%
# Hybrid methods: oversampling and cleaning
# -----------------------------------------
#
# SMOTETomek
# ^^^^^^^^^^
#
# SMOTE followed by the removal of Tomek links: pairs of samples of different classes that are each
# other's nearest neighbor :footcite:p:`batista2004study`.
#
# .. math:: nn(x) = y, \qquad nn(y) = x

draw(skresample.SMOTETomek(random_state=0))

# %%
# SMOTEENN
# ^^^^^^^^
#
# SMOTE followed by the removal of samples whose class differs from most of their three nearest
# neighbors :footcite:p:`batista2004study`.
#
# .. math:: \#\{\text{of another class among the nearest 3}\} \ge 2

draw(skresample.SMOTEENN(random_state=0))

# %%
# SMOTEIPF
# ^^^^^^^^
#
# SMOTE followed by the repeated removal of samples that most of nine trees misclassify. Each tree
# is trained on a ninth of the data :footcite:p:`saez2015smote`.
#
# .. math:: \#\{p : T_p(x) \ne y\} > 9 / 2

draw(skresample.SMOTEIPF(random_state=0))

# %%
# CCR
# ^^^
#
# Moves majority samples out of spheres around minority samples, and samples inside the spheres.
# Each sphere grows until its energy E is spent :footcite:p:`koziarski2017ccr`.
#
# .. math:: r + \sum_{d < r} (r - d) = E

draw(skresample.CCR(random_state=0))

# %%
# Parents of synthetic samples
# ----------------------------
#
# ``parents_`` has the original samples from which each synthetic sample was made. ADASYN starts
# most often from scattered samples. The mean number of synthetic samples per sample, for each part:

sampler = skresample.ADASYN(random_state=0)
sampler.fit_resample(X, y)
times = np.bincount(sampler.parents_[:, 0], minlength=len(X))
parts = {"cluster": times[400:420], "edge": times[420:445], "scattered": times[445:]}
{name: round(float(part.mean()), 1) for name, part in parts.items()}

# %%
# References
# ----------
#
# .. footbibliography::
