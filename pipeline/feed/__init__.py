"""What the matcher reads: views, snapshots and search."""
