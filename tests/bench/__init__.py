"""Benchmarks: what they state is measured on this machine, beside a reference. `make bench`."""
