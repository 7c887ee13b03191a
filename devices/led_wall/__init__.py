"""LED walls and window strips: what they show, whatever protocol their card speaks."""
