"""The contracts of scikit-learn and imbalanced-learn."""

import imblearn.utils.estimator_checks as imblearn_checks
import pytest
import sklearn.utils.estimator_checks as sklearn_checks
from samplers import REMOVERS, SAMPLERS

# On tables of a few rows some methods find no base, or few neighbours, and say what they do then.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*rows are used evenly, as in SMOTE:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*there are .* to choose from:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*would remove all rows of class:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*rows that class .* had:UserWarning"),
    pytest.mark.filterwarnings("ignore:LeeSMOTE. of .* were rejected:UserWarning"),
]

ESTIMATORS = [*SAMPLERS, *REMOVERS]


@pytest.mark.every_third("estimator", "check")
@sklearn_checks.parametrize_with_checks(ESTIMATORS)
def test_scikit_learn(estimator, check):
    check(estimator)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("checks", [sklearn_checks, imblearn_checks], ids=["sklearn", "imblearn"])
def test_parameters_are_validated(estimator, checks):
    checks.check_param_validation(type(estimator).__name__, estimator)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)
def test_each_parameter_has_constraints(estimator):
    assert set(estimator._parameter_constraints) == set(estimator.get_params(deep=False))


@pytest.mark.every_third("estimator", "check")
@imblearn_checks.parametrize_with_checks(ESTIMATORS)
def test_imbalanced_learn(estimator, check):
    check(estimator)
