"""How often the audit raises an alarm, and whether it should."""
