"""The pair of screens at a window: ``hall-screen window``."""
