"""``hallctl``: the hall on the command line, for the duty manager and the technician."""
