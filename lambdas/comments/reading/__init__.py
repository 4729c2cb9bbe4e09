"""Reads what webhooks did not bring, and keeps the subscriptions to them."""
