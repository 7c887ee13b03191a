"""A viewer of RFB (VNC) servers that only looks. See docs/rfb.md."""
