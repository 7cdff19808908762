"""
Does oversampling help?
=======================

Two classifiers, three samplers and the baselines on a table of 1,484 proteins, 51 of which are of
the minority class.
"""

# %%
# The table
# ---------
#
# The package includes :func:`~skresample.datasets.load_yeast4`: eight measurements of a yeast
# protein, and whether it is a membrane protein of one kind, which 3.4 % are.

from skresample.datasets import load_yeast4

X, y = load_yeast4(as_frame=True)
y.value_counts()

# %%
# Before and after
# ----------------
#
# :func:`~skresample.compare` fits each classifier with each sampler in 5 folds, repeated twice, and
# resamples the training rows only. It always adds the baselines: no resampling, class weights, a
# threshold tuned for balanced accuracy, a threshold tuned for F1, and random oversampling.

from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skresample import ADASYN, SMOTE, BorderlineSMOTE, compare

result = compare(
    X,
    y,
    samplers=[SMOTE(), BorderlineSMOTE(), ADASYN()],
    estimators={
        "logistic regression": make_pipeline(StandardScaler(), LogisticRegression()),
        "random forest": make_pipeline(
            StandardScaler(), RandomForestClassifier(n_estimators=50, min_samples_leaf=2)
        ),
    },
    random_state=0,
)
_ = result.plot()

# %%
# Each point is the mean change from no resampling, with its 95 % CI. From left to right:
#
# - **Recall** of the minority class rises and its **precision** falls: the operating point moves.
#   A *tuned threshold* moves it, too, without synthetic samples.
# - **Average precision** and **ROC AUC** measure the ranking of the rows at any threshold. No CI
#   is above zero: no sampler improves the ranking.
# - **Balanced accuracy** and **G-mean** reward the move. A sampler that is not better than the
#   tuned threshold here has no gain of its own.
# - **Brier** and **log-loss** are better when lower. Classifiers trained on balanced rows
#   overestimate the probability of the minority class.
#
# The same in words:

import textwrap

for sentence in result.findings():
    print(textwrap.fill(sentence, 84, subsequent_indent="    "))

# %%
# The numbers
# -----------
#
# One row per classifier, method and metric:

frame = result.to_frame()
chosen = frame.query("metric == 'average precision' and estimator == 'random forest'")
chosen[["sampler", "before", "after", "difference", "low", "high"]].round(3)

# %%
# ``print(result)`` has the whole report, and ``result.to_html("report.html")`` writes it as a page.
