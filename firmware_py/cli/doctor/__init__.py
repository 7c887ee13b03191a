"""``hallctl doctor``: everything that a hall stands on, checked in one go."""
