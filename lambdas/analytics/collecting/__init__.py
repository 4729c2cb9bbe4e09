"""Collecting numbers: what is due is read from Instagram and stored."""
