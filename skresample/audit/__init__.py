"""Are synthetic rows valid, faithful, varied, private, useful and fair?"""

from skresample.audit._audit import audit
from skresample.audit.report import AuditReport

__all__ = ["AuditReport", "audit"]
