"""The rules of a plan, a small named function for each. `checking` runs them all."""
