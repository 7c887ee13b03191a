"""Screens of the hall. They are clients of the daemon's socket."""
