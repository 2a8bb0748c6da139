"""Policies as things of their own: to write down, to follow, to try on a recorded session."""
