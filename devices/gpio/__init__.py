"""Lamps and buttons on the Pi's own pins."""
