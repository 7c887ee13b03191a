"""The ticket kiosk: ``hall-screen kiosk``."""
