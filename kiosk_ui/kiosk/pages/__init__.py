"""The kiosk's pages: a file each."""
