"""Measurements: each module is a command that prints a table and writes JSON with the unit in the key."""
