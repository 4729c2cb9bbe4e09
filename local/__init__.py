"""Local mode: the embedded AWS, the Graph emulator, sample data, `up`, `down` and `drill`.

Nothing in this package is deployed.
"""
