"""The hall controller: queue core, journal, broker, runtime and command line."""
