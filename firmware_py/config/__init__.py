"""A hall's configuration: what the file may say, reading it, naming its mistakes by line."""
