"""The feature's deployed stack."""

PART = "Tokens"
# Its configuration is what the commands work with.
FUNCTION = "Operate"
