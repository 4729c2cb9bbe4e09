"""Receiving webhooks: verified, split into updates, put into a queue, and read from it."""
