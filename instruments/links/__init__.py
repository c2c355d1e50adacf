"""Link engines without input or output: bytes in, events out; no socket, clock, log or thread."""
