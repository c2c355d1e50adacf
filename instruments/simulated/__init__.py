"""Instruments that are not there, as dialogues: for tests, the demo and `graftline simulate`."""
