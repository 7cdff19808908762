"""The classifiers of the benchmark, and the settings that every method draws from."""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import get_tags

from benchmarks.gains.data import Table

__all__ = ["QUICK", "Classifier", "all_classifiers"]

QUICK = ("logistic regression", "decision tree", "histogram boosting")


class Classifier(NamedTuple):
    """A classifier and its settings.

    Attributes
    ----------
    name : str
        Name in the reports.
    estimator : classifier
        The classifier with its defaults.
    settings : mapping of str to tuple
        Candidate values of each parameter.
    """

    name: str
    estimator: Any
    settings: Mapping[str, tuple[Any, ...]]

    def pipeline(self, table: Table) -> tuple[Pipeline, bool]:
        """Return a pipeline with preprocessing, and whether it encodes categorical features."""
        missing = bool(np.isnan(table.X).any())
        steps: list[Any] = [StandardScaler()]
        if missing and not get_tags(self.estimator).input_tags.allow_nan:
            steps.append(SimpleImputer(strategy="median", add_indicator=True))
        if not table.categorical and not missing:
            return make_pipeline(*steps, self.estimator), False
        numbers = [j for j in range(table.X.shape[1]) if j not in table.categorical]
        names = OneHotEncoder(
            handle_unknown="infrequent_if_exist",
            max_categories=32,
            sparse_output=False,
        )
        encoder = ColumnTransformer(
            [("numbers", make_pipeline(*steps), numbers), ("names", names, table.categorical)]
        )
        return make_pipeline(encoder, self.estimator), True


def all_classifiers() -> dict[str, Classifier]:
    """Return the classifiers by name, the fastest first; LightGBM only if it is installed."""
    found = [
        Classifier(
            "logistic regression",
            LogisticRegression(max_iter=1000),
            {"C": (0.01, 0.1, 1.0, 10.0, 100.0)},
        ),
        Classifier(
            "k-nearest neighbors",
            KNeighborsClassifier(),
            {"n_neighbors": (1, 3, 5, 9, 15), "weights": ("uniform", "distance")},
        ),
        Classifier(
            "decision tree",
            DecisionTreeClassifier(),
            {"max_depth": (3, 5, 10, None), "min_samples_leaf": (1, 5, 10)},
        ),
        Classifier(
            "histogram boosting",
            HistGradientBoostingClassifier(max_iter=50),
            {
                "learning_rate": (0.03, 0.1, 0.3),
                "max_leaf_nodes": (7, 15, 31),
                "l2_regularization": (0.0, 1.0, 10.0),
            },
        ),
        Classifier(
            "support vector machine",
            # scikit-learn recommends this for probabilities of a support vector machine.
            CalibratedClassifierCV(SVC(), method="sigmoid", cv=3, ensemble=False),
            {
                "estimator__C": (0.1, 1.0, 10.0, 100.0),
                "estimator__gamma": ("scale", 0.01, 0.1),
            },
        ),
        Classifier(
            "random forest",
            RandomForestClassifier(n_estimators=50),
            {"max_features": ("sqrt", 0.5), "min_samples_leaf": (1, 3, 10)},
        ),
    ]
    if find_spec("lightgbm"):
        from lightgbm import LGBMClassifier

        found.append(
            Classifier(
                "LightGBM",
                LGBMClassifier(n_estimators=50, n_jobs=1, verbose=-1),
                {
                    "learning_rate": (0.03, 0.1, 0.3),
                    "num_leaves": (7, 15, 31),
                    "reg_lambda": (0.0, 1.0, 10.0),
                },
            )
        )
    return {classifier.name: classifier for classifier in found}
