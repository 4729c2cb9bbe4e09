"""Numbers of Instagram accounts: collected on a schedule, answered from stored rows."""
