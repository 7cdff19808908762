"""
Does oversampling help?
=======================

This example compares three oversamplers with the baselines, for two classifiers. The data has 1,484
proteins, of which 51 are in the minority class.
"""

# %%
# The data
# --------
#
# The package includes the data set :func:`~skresample.datasets.load_yeast4`. It has eight features
# of yeast proteins. The minority class, 3.4 % of the samples, is one kind of membrane protein.

from skresample.datasets import load_yeast4

X, y = load_yeast4(as_frame=True)
y.value_counts()

# %%
# Metrics without and with resampling
# -----------------------------------
#
# :func:`~skresample.compare` cross-validates each classifier with each sampler: 5 folds, repeated
# twice. It resamples the training folds only. It always adds five baselines: no resampling, class
# weights, two tuned thresholds (balanced accuracy and F1), and random oversampling.

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
# Each point is the mean change from no resampling, with its 95 % CI:
#
# - **Recall** of the minority class rises and its **precision** falls. A *tuned threshold* has the
#   same effect, without synthetic samples.
# - **Average precision** and **ROC AUC** do not depend on a threshold. No CI is above zero: no
#   sampler improves how the classifier ranks the samples.
# - **Balanced accuracy** and **G-mean** rise with recall. Only a sampler that exceeds the tuned
#   threshold adds something of its own.
# - **Brier score** and **log loss** are better when lower. Classifiers trained on balanced data
#   overestimate the probability of the minority class.
#
# The findings, as sentences:

import textwrap

for sentence in result.findings():
    print(textwrap.fill(sentence, 84, subsequent_indent="    "))

# %%
# The numbers
# -----------
#
# ``to_frame`` has one row per classifier, method and metric:

frame = result.to_frame()
chosen = frame.query("metric == 'average precision' and estimator == 'random forest'")
chosen[["sampler", "before", "after", "difference", "low", "high"]].round(3)

# %%
# ``print(result)`` prints the whole report, and ``result.to_html("report.html")`` writes it as an
# HTML page.
