"""The clerk's screen: a file a part."""
