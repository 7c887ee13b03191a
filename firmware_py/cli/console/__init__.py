"""``hallctl console``: devices, queue, traces and tests on one full screen."""
