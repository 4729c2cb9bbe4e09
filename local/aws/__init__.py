"""The embedded AWS. Its interpreter runs the functions, so this package imports nothing but MiniStack and the standard library."""
