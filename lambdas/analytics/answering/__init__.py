"""Answering questions about numbers from stored rows alone."""
