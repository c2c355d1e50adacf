"""Bytes to records as printed: pure, with no clock, socket, log or database."""
