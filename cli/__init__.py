"""The commands of operators and of deployment: `python -m cli`."""
