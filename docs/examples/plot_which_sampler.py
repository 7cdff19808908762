r"""
Which sampler?
==============

Every method of the library on one table of two features: what it does in a sentence, its formula,
where it is from, and where it puts its rows.

No method is best on all tables, and often none is better than doing nothing and moving the
threshold: :func:`~skresample.compare` says so for yours. In a hurry:

.. list-table::
   :header-rows: 1
   :widths: 45 55

   * - your table
     - try
   * - anything, as what others have to beat
     - :class:`~skresample.RandomOverSampler`
   * - numbers, names, holes: the usual
     - :class:`~skresample.SMOTE`, with ``standardize=True`` where units differ
   * - some labels are wrong
     - :class:`~skresample.SafeLevelSMOTE`, :class:`~skresample.LeeSMOTE`,
       :class:`~skresample.SMOTEIPF`; not :class:`~skresample.ADASYN`
   * - labels are right, and the border is what matters
     - :class:`~skresample.BorderlineSMOTE`, :class:`~skresample.ProWSyn`
   * - the class is in groups
     - :class:`~skresample.KMeansSMOTE`, :class:`~skresample.MWMOTE`, :class:`~skresample.SMOBD`
   * - new rows have to look like real ones
     - :class:`~skresample.KDEOverSampler`
   * - names only
     - :class:`~skresample.SMOTEN`

Letters: x is a minority row, x' its partner, m the number of minority rows, k that of
neighbours, u an even draw from 0 to 1, and :math:`z` a standard normal one.
"""

# %%
# The table
# ---------
#
# 400 majority rows, and 50 minority rows in three parts. Twenty form a tight group of their own,
# twenty-five lie along the edge of the majority, and five are strewn inside it.

import matplotlib.pyplot as plt
import numpy as np

import skresample

rng = np.random.default_rng(5)
majority = rng.normal([0.0, 0.0], [1.0, 1.0], size=(400, 2))
group = rng.normal([4.2, 2.2], [0.25, 0.25], size=(20, 2))
edge = np.column_stack([rng.normal(2.0, 0.35, 25), rng.uniform(-2.5, 1.0, 25)])
strewn = rng.normal([-0.5, 0.3], [0.8, 0.8], size=(5, 2))
X = np.vstack([majority, group, edge, strewn])
y = np.repeat([0, 1], [400, 50])

# Colours that colour-blind readers can tell apart (Okabe and Ito), and other markers.
GREY, BLUE, ORANGE, RED = "#BBBBBB", "#0072B2", "#E69F00", "#D55E00"


def draw(sampler, table=X):
    """Balance the table, and draw where its rows are, new ones, and what became of old ones."""
    X_out, y_out = sampler.fit_resample(table, y)
    new = sampler.is_synthetic_
    given = getattr(sampler, "sample_indices_", np.arange(len(table)))
    gone = table[np.setdiff1d(np.arange(len(table)), given)]
    _, ax = plt.subplots(figsize=(6.4, 4.0), layout="constrained")
    ax.scatter(*X_out[~new & (y_out == 0)].T, s=10, c=GREY, label="majority")
    ax.scatter(*X_out[new].T, s=16, c=ORANGE, marker="x", lw=0.8, label="new")
    ax.scatter(
        *X_out[~new & (y_out == 1)].T, s=26, c=BLUE, marker="^", ec="w", lw=0.5, label="minority"
    )
    if len(gone):
        ax.scatter(*gone.T, s=26, c=RED, marker="+", lw=0.9, label="removed")
    if hasattr(sampler, "is_moved_"):
        moved = sampler.is_moved_[: len(table)]
        ax.plot(*np.stack([table[moved], X_out[: len(table)][moved]]).T, c=RED, lw=0.6)
        ax.plot([], c=RED, lw=0.6, label="moved")
    ax.set(xlabel="feature 1", ylabel="feature 2", xlim=(-4, 6.2), ylim=(-4, 4.4))
    ax.legend(loc="lower right", fontsize="small", markerscale=1.3)


# %%
# Copies
# ------
#
# RandomOverSampler
# ^^^^^^^^^^^^^^^^^
#
# Each new row is one that is there: it adds weight, and no information.
#
# .. math:: x_{new} = x

draw(skresample.RandomOverSampler(random_state=0))

# %%
# RandomOverSampler with shrinkage
# ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
#
# The smoothed bootstrap: copies with normal noise, equally wide everywhere, and here too wide for
# the tight group :footcite:p:`menardi2014rose`. With a shrinkage h and the deviations s,
#
# .. math:: x_{new, j} = x_j + h \left(\frac{4}{(d + 2)\, m}\right)^{1/(d + 4)} s_j\, z_j

draw(skresample.RandomOverSampler(shrinkage=1, random_state=0))

# %%
# On lines between rows
# ---------------------
#
# SMOTE
# ^^^^^
#
# Lines between each row and its nearest of the class, evenly: those of the five strewn rows run
# across the majority :footcite:p:`chawla2002smote`. :class:`~skresample.SMOTENC` is the same.
#
# .. math:: x_{new} = x + u\,(x' - x)

draw(skresample.SMOTE(random_state=0))

# %%
# SMOTEN
# ^^^^^^
#
# For categories: a new row has those that most of a row and its neighbours have
# :footcite:p:`chawla2002smote`. Here features are rounded to halves and taken for names.
#
# .. math:: d^2(x, x') = \sum_j \bigl(2\,|P(c \mid x_j) - P(c \mid x'_j)|\bigr)^2

draw(skresample.SMOTEN(random_state=0), np.round(2 * X) / 2)

# %%
# BorderlineSMOTE
# ^^^^^^^^^^^^^^^
#
# Starts from rows in danger, at least half of whose m nearest rows are of the majority, m', but not
# all; the tight group is left alone :footcite:p:`han2005borderline`.
#
# .. math:: m / 2 \le m' < m

draw(skresample.BorderlineSMOTE(random_state=0))

# %%
# ``borderline-2`` also steps towards majority rows, less than half of the way.

draw(skresample.BorderlineSMOTE(kind="borderline-2", random_state=0))

# %%
# SVMSMOTE
# ^^^^^^^^
#
# Starts from support vectors, and steps outward, past them, where they are safe
# :footcite:p:`nguyen2011borderline`.
#
# .. math:: x_{new} = x + u\,s\,(x - x') \text{ if safe, else } x + u\,(x' - x)

draw(skresample.SVMSMOTE(random_state=0))

# %%
# KMeansSMOTE
# ^^^^^^^^^^^
#
# Inside clusters where the minority prevails, more in sparse ones; here that is the tight group
# alone :footcite:p:`last2018kmeans`. A cluster of P minority and N majority rows is used if, with
# the threshold t,
#
# .. math:: \frac{N + 1}{P + 1} < \frac{1 - t}{t}

draw(skresample.KMeansSMOTE(kmeans_estimator=12, random_state=0))

# %%
# ADASYN
# ^^^^^^
#
# Starts most often from rows among the majority, of whose neighbours the share r is of it: if
# those are mistakes in the labels, it multiplies mistakes :footcite:p:`he2008adasyn`.
#
# .. math:: g_i = G\, r_i \Big/ \sum_j r_j

draw(skresample.ADASYN(random_state=0))

# %%
# SafeLevelSMOTE
# ^^^^^^^^^^^^^^
#
# Stays near the safer of two rows: the one with more minority rows, s, among its neighbours
# :footcite:p:`bunkhumpornpat2009safe`.
#
# .. math:: u \sim U(0, s' / s) \text{ if } s \ge s', \text{ else } U(1 - s / s', 1)

draw(skresample.SafeLevelSMOTE(random_state=0))

# %%
# LeeSMOTE
# ^^^^^^^^
#
# SMOTE that draws again where at least a share t of a new row's k nearest rows is majority
# :footcite:p:`lee2015rejection`.
#
# .. math:: \#\{\text{majority among the nearest } k\} < t\, k

draw(skresample.LeeSMOTE(random_state=0))

# %%
# MWMOTE
# ^^^^^^
#
# Starts from rows that the border y of the majority needs, and joins rows of one cluster only
# :footcite:p:`barua2014mwmote`. With a closeness C,
#
# .. math:: w(x) = \sum_y C(y, x)^2 \Big/ \sum_{x'} C(y, x')

draw(skresample.MWMOTE(random_state=0))

# %%
# ProWSyn
# ^^^^^^^
#
# Rows in levels l, peeled from the border inwards, nearer ones more often; a level has rows on all
# sides, and its lines go through everything :footcite:p:`barua2013prowsyn`.
#
# .. math:: w_l = e^{-\theta (l - 1)}

draw(skresample.ProWSyn(random_state=0))

# %%
# SMOBD
# ^^^^^
#
# Leaves noise out, and weighs the others by how sparse and how rich their surroundings are
# :footcite:p:`cao2011smobd`. With a core distance c, and n rows within a radius,
#
# .. math:: w = \eta \frac{c}{\max c} + (1 - \eta) \frac{n}{\max n}

draw(skresample.SMOBD(random_state=0))

# %%
# AssembledSMOTE
# ^^^^^^^^^^^^^^
#
# Cuts the border into parts that run in one direction, and stays inside each
# :footcite:p:`zhou2013assembled`. Two parts are one where their first principal axes a are alike:
#
# .. math:: |a^\top a'| > \text{cosine}

draw(skresample.AssembledSMOTE(random_state=0))

# %%
# PolynomialFitSMOTE
# ^^^^^^^^^^^^^^^^^^
#
# Towards the mean of the class, which is nobody's place here (``star``); or to the next row
# (``bus``), to all others (``mesh``), or along a curve :footcite:p:`gazzah2008polynomial`.
#
# .. math:: x_{new} = x + u\,(\bar x - x)

draw(skresample.PolynomialFitSMOTE(random_state=0))

# %%
# Off the lines
# -------------
#
# GeometricSMOTE
# ^^^^^^^^^^^^^^
#
# Half balls around rows, that end where the majority begins :footcite:p:`douzas2019geometric`. With
# a draw v from the ball, cut off and flattened,
#
# .. math:: x_{new} = x + \|x' - x\|\, v

draw(skresample.GeometricSMOTE(random_state=0))

# %%
# LoRAS
# ^^^^^
#
# Averages several noisy neighbours, and so stays in the middle of each part
# :footcite:p:`bej2021loras`. With Dirichlet weights a,
#
# .. math:: x_{new} = \sum_i a_i\, (x_i + \sigma z_i)

draw(skresample.LoRAS(random_state=0))

# %%
# LVQSMOTE
# ^^^^^^^^
#
# Learns a codebook c of the class, and moves rows as its vectors lie to each other
# :footcite:p:`nakamura2013lvq`.
#
# .. math:: x_{new} = x + c_j - c_i

draw(skresample.LVQSMOTE(random_state=0))

# %%
# Densities
# ---------
#
# KDEOverSampler
# ^^^^^^^^^^^^^^
#
# A kernel on each row, as wide as its neighbourhood and as the likelihood of left-out rows says:
# tight in the group, long along the edge :footcite:p:`silverman1986density,duin1976choice`.
#
# .. math:: f(x) = \frac{1}{m} \sum_i K_{h^2 \Sigma_i}(x - x_i)

draw(skresample.KDEOverSampler(random_state=0))

# %%
# ROSE
# ^^^^
#
# A copy of a row and normal noise, as wide as would suit a normal class: too wide here
# :footcite:p:`menardi2014rose`. With the deviations s,
#
# .. math:: x_{new, j} = x_j + \left(\frac{4}{(d + 2)\, m}\right)^{1/(d + 4)} s_j\, z_j

draw(skresample.ROSE(random_state=0))

# %%
# RWOSampling
# ^^^^^^^^^^^
#
# A random walk from each row, with the standard error of the mean as its step: close copies
# :footcite:p:`zhang2014rwo`.
#
# .. math:: x_{new, j} = x_j - \frac{s_j}{\sqrt m}\, z_j

draw(skresample.RWOSampling(random_state=0))

# %%
# MultivariateGaussianSMOTE
# ^^^^^^^^^^^^^^^^^^^^^^^^^
#
# A normal distribution with the mean and covariance of a row and its k neighbours
# :footcite:p:`sakho2024rebalancing`.
#
# .. math:: x_{new} \sim N(\hat\mu, \lambda \hat\Sigma)

draw(skresample.MultivariateGaussianSMOTE(random_state=0))

# %%
# GaussianCopulaOverSampler
# ^^^^^^^^^^^^^^^^^^^^^^^^^
#
# Each column as it is distributed, joined by one matrix of correlations R: right for one cloud, not
# for three :footcite:p:`patki2016synthetic`.
#
# .. math:: x_{new, j} = F_j^{-1}(\Phi(z_j)), \qquad z \sim N(0, R)

draw(skresample.GaussianCopulaOverSampler(random_state=0))

# %%
# Cleaning and moving
# -------------------
#
# SMOTETomek
# ^^^^^^^^^^
#
# SMOTE, and then both rows of each pair of different classes that are each other's nearest are
# removed :footcite:p:`batista2004study`.
#
# .. math:: nn(x) = y, \qquad nn(y) = x

draw(skresample.SMOTETomek(random_state=0))

# %%
# SMOTEENN
# ^^^^^^^^
#
# SMOTE, and then rows are removed that most of their three nearest rows contradict
# :footcite:p:`batista2004study`.
#
# .. math:: \#\{\text{of another class among the nearest 3}\} \ge 2

draw(skresample.SMOTEENN(random_state=0))

# %%
# SMOTEIPF
# ^^^^^^^^
#
# SMOTE, and then rows are removed that most trees of nine parts of the table get wrong, again and
# again :footcite:p:`saez2015smote`.
#
# .. math:: \#\{p : T_p(x) \ne y\} > 9 / 2

draw(skresample.SMOTEIPF(random_state=0))

# %%
# CCR
# ^^^
#
# Pushes majority rows out of spheres around minority rows, and draws in these; each sphere grows
# until its energy E is spent :footcite:p:`koziarski2017ccr`.
#
# .. math:: r + \sum_{d < r} (r - d) = E

draw(skresample.CCR(random_state=0))

# %%
# Parents of a row
# ----------------
#
# ``parents_`` has the input rows behind each new row. How often ADASYN started from a row of each
# part of the minority, on average:

sampler = skresample.ADASYN(random_state=0)
sampler.fit_resample(X, y)
times = np.bincount(sampler.parents_[:, 0], minlength=len(X))
parts = {"group": times[400:420], "edge": times[420:445], "strewn": times[445:]}
{name: round(float(part.mean()), 1) for name, part in parts.items()}

# %%
# References
# ----------
#
# .. footbibliography::
