"""The ESC/POS ticket printer: 58 and 80 mm, serial, USB or TCP.

    slip + template --render--> bytes --driver--> wire --simulator--> paper (PNG)

``options``, ``slip`` and ``report`` are plain data; ``template`` reads a technician's file,
``compile`` turns it into bytes once; ``render`` fills it; ``chinese``, ``raster``, ``logo`` and
``extras`` write what it holds. ``codec`` and ``condition`` are the replies, ``talk`` the
conversation; ``probe`` finds out what a printer can do, ``knowledge`` keeps it, ``trust`` doubts
it; ``driver`` is the device. ``simulator``, ``interpreter`` and ``paper`` are the other end and
share nothing with the codec.
"""
