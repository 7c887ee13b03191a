"""Alarm lamps: what they say, and the ones on a wire."""
