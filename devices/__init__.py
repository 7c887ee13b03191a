"""Drivers, codecs and simulators of the hall's hardware.

This package knows wires and devices; it knows nothing of tickets, queues, the journal or the
broker, and it never imports ``firmware_py``.
"""
