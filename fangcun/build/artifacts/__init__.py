"""Builds: what the published blueprint becomes on a phone, kept with what it was made from."""
