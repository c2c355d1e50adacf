"""The main job on simulated instruments."""
