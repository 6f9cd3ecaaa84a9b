"""Widgets that screens share. Each carries its own DEFAULT_CSS and knows nothing of the program's data."""
