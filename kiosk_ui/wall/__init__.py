"""The wall: calls, who waits, open windows, notices, for people up to 8 m away."""
