"""Publishing: posts that are published exactly once, at their time."""
