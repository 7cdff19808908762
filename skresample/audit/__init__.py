"""Validity, fidelity, diversity, privacy, utility and fairness of synthetic data."""

from skresample.audit._audit import audit
from skresample.audit.report import AuditReport

__all__ = ["AuditReport", "audit"]
