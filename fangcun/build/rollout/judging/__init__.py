"""Whether a new version may go on: pure, from what was counted, with nothing of Django but its words."""
