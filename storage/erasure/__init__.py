"""Erasing a person from every table, file and message."""
