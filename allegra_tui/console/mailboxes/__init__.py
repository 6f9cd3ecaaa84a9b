"""What the mailboxes screen is made of."""
