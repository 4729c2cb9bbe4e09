"""Taking what arrives: each update is stored once, rules are applied, actions are recorded."""
