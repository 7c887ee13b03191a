"""Readers of ID cards and of codes: what they read, and how it stays out of everything else."""
