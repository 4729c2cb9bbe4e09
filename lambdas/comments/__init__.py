"""Comments, mentions and messages: what arrives, what rules do with it, and how it is answered."""
