"""The site file and the instrument models: read, checked, and named by line when wrong."""
