"""The taxpayer's screen: a file a page."""
