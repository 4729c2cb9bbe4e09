"""Local mode: the embedded AWS, the Graph emulator, sample data, `up` and `down`. Nothing of it is deployed."""
