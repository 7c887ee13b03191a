"""The application: one writer decides and records; reactions follow from what was recorded."""
