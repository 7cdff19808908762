"""
Auditing privacy and quality of synthetic data
==============================================

This example oversamples a minority class with two methods and audits the synthetic rows with
:func:`~skresample.audit`. SMOTE places synthetic rows on lines between real rows. Where these lines
intersect, an attack reconstructs real rows exactly. Rows drawn from a density do not lie on lines.
"""

# %%
# Keep half of the rows as a holdout, which the samplers never see. Only the holdout shows whether a
# sampler learned the distribution of the class or memorized its training rows.
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split

from skresample import SMOTE, GaussianCopulaOverSampler, audit

X, y = make_classification(
    1920, n_features=6, n_informative=6, n_redundant=0, weights=[0.93], flip_y=0, random_state=0
)
X_real, X_holdout, y_real, y_holdout = train_test_split(
    X, y, test_size=0.5, stratify=y, random_state=0
)


def audit_of(sampler):
    """Oversample the real rows, and audit the synthetic ones."""
    X_new, y_new = sampler.fit_resample(X_real, y_real)
    new = sampler.is_synthetic_
    holdout = {"X_holdout": X_holdout, "y_holdout": y_holdout}
    return audit(X_real, y_real, X_new[new], y_new[new], **holdout, random_state=0)


reports = {
    "SMOTE": audit_of(SMOTE(random_state=0)),
    "Gaussian copula": audit_of(GaussianCopulaOverSampler(random_state=0)),
}

# %%
# Verdicts
# --------
#
# One verdict per question:

for name, report in reports.items():
    print(name)
    for question, answer in report.to_dict().items():
        print(f"    {question:<11}{answer['verdict']}")

# %%
# Privacy attacks
# ---------------
#
# The checks behind the verdict on privacy, one sentence each:

for name, report in reports.items():
    print(name)
    for check in report.to_dict()["privacy"]["checks"].values():
        print(f"    {check['sentence']}")

# %%
# Plots of the SMOTE report
# -------------------------
reports["SMOTE"].plot()
