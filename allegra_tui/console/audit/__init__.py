"""The audit: who did what. It lies over whatever screen one is at."""
