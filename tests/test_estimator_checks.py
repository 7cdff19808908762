"""The contracts of scikit-learn and imbalanced-learn."""

import imblearn.utils.estimator_checks as imblearn_checks
import pytest
import sklearn.utils.estimator_checks as sklearn_checks
from samplers import HYBRIDS, SAMPLERS

# On tables of a few rows some methods find no base, or few neighbours, and say what they do then.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*rows are used evenly, as in SMOTE:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*there are .* to choose from:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*would remove all rows of class:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*rows that class .* had after over-sampling:UserWarning"),
    pytest.mark.filterwarnings("ignore:LeeSMOTE. of .* were rejected:UserWarning"),
]


@sklearn_checks.parametrize_with_checks([*SAMPLERS, *(cls(random_state=0) for cls in HYBRIDS)])
def test_scikit_learn(estimator, check):
    check(estimator)


@imblearn_checks.parametrize_with_checks([*SAMPLERS, *(cls(random_state=0) for cls in HYBRIDS)])
def test_imbalanced_learn(estimator, check):
    check(estimator)
