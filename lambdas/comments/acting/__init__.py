"""What is done on Instagram: recorded first, made once, read back after a lost answer."""
