"""Wiring: the daemon's event loop, workers, control socket and bindings of devices."""
