"""A version on its way to everybody: checked, uploaded, audited, rolled out step by step, turned back if need be."""
