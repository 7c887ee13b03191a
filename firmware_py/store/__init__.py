"""The journal: what the hall decided, on disk before anything in the world moves."""
