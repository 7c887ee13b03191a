"""Document scanners and document cameras: pages of paper as pictures, in memory alone."""
