"""The embedded AWS: MiniStack, with the differences from AWS that matter here removed.

MiniStack's interpreter also runs the functions, so this package imports only MiniStack and the
standard library.
"""
