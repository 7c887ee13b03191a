"""Keypads and scanners that type: the kernel's input devices (evdev)."""
