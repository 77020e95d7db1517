"""The launch board: what blocks the launch now, of every room of building."""
