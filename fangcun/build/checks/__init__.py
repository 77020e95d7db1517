"""The audit officer: reads a built mini program, its blueprint and a walk through it against a pack of rules."""
