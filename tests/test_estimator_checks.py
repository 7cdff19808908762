"""The contracts of scikit-learn and imbalanced-learn."""

import imblearn.utils.estimator_checks as imblearn_checks
import pytest
import sklearn.utils.estimator_checks as sklearn_checks
from samplers import SAMPLERS

# On the checks' tables of a few rows some methods find no base; they say what they do instead.
pytestmark = pytest.mark.filterwarnings("ignore:.*rows are used evenly, as in SMOTE:UserWarning")


@sklearn_checks.parametrize_with_checks(SAMPLERS)
def test_scikit_learn(estimator, check):
    check(estimator)


@imblearn_checks.parametrize_with_checks(SAMPLERS)
def test_imbalanced_learn(estimator, check):
    check(estimator)
