"""Connects Instagram accounts, keeps their tokens alive, and says when a person is needed."""
