"""The one list of features. Everything else about a feature is declared by the feature itself."""

from __future__ import annotations

FEATURES = ("guests", "feed", "tokens", "analytics", "publishing", "comments")
