"""The words of the program as frozen dataclasses: what the other packages hand to each other.

A leaf: it imports nothing else of the program, so `mail`, `policy`, `sources` and `store` can share it
without knowing each other.
"""
