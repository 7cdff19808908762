"""
Auditing privacy and quality of synthetic data
==============================================

This example oversamples a minority class in two ways and audits the synthetic rows by
:func:`~skresample.audit`. SMOTE's rows lie on lines between real rows. Where the lines intersect,
an attack reconstructs real rows exactly. Rows drawn from a density do not lie on lines.
"""

# %%
# Set half of the rows aside as a holdout. A sampler makes rows that look like its training data;
# only other rows show whether it learned the class or its members.
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split

from skresample import SMOTE, GaussianCopulaOverSampler, audit

X, y = make_classification(
    1920, n_features=6, n_informative=6, n_redundant=0, weights=[0.93], flip_y=0, random_state=0
)
X_real, X_holdout, y_real, y_holdout = train_test_split(
    X, y, test_size=0.5, stratify=y, random_state=0
)


def report_of(sampler):
    X_new, y_new = sampler.fit_resample(X_real, y_real)
    new = sampler.is_synthetic_
    holdout = {"X_holdout": X_holdout, "y_holdout": y_holdout}
    return audit(X_real, y_real, X_new[new], y_new[new], **holdout, random_state=0)


reports = {
    "SMOTE": report_of(SMOTE(random_state=0)),
    "Gaussian copula": report_of(GaussianCopulaOverSampler(random_state=0)),
}

# %%
# The verdicts
# ------------
for name, report in reports.items():
    print(name)
    for question, found in report.to_dict().items():
        print(f"    {question:<11}{found['verdict']}")

# %%
# The attacks
# -----------
for name, report in reports.items():
    print(name)
    for check in report.to_dict()["privacy"]["checks"].values():
        print(f"    {check['sentence']}")

# %%
# Plots of the first report
# -------------------------
reports["SMOTE"].plot()
