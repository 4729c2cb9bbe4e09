"""An emulator of the Instagram Graph API, for local mode and tests. It knows nothing of AWS."""
