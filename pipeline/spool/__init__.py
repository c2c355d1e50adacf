"""Durable receipt of raw bytes: append-only segments of checksummed frames with group commit."""
