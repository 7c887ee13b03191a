"""The bench: a whole hall on one machine, with every port simulated; and its figures."""
