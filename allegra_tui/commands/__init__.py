"""The headless commands: thin, each calls one use case and prints text or JSON.

A command's module declares its arguments without importing anything heavy, and imports what it needs when it runs.
"""
