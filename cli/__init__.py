"""What whoever runs a site does from a terminal, with their own credentials."""
