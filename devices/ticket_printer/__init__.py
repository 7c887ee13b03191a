"""The ESC/POS ticket printer: 58 and 80 mm, serial, USB or TCP.

    slip + template --render--> bytes --driver--> wire --simulator--> paper (PNG)

``options`` and ``slip`` are plain data; ``template`` reads a technician's file, ``compile`` turns
it into bytes once; ``render`` fills it; ``chinese``, ``qr`` and ``raster`` write what it holds;
``codec`` and ``condition`` are the replies; ``driver`` is the device. ``simulator``,
``interpreter`` and ``paper`` are the other end and share nothing with the codec.
"""
