"""Bytes in, bytes out: links, the sources they arrive from, and simulated instruments."""
