"""Checks of the study page: its numbers against the library's, and a real browser."""
