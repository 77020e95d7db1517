"""Faults and near misses, written from the audit's published rules and not from the checks."""
