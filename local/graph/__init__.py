"""Emulate the Instagram Graph API for local mode and tests. Imports no AWS library."""
