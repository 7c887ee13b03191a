"""Caller pads and rating pads on serial lines: one engine, a profile file for each make."""
