"""Statistics that only the audit computes."""
