"""What analysers are to measure: the work list, and the answers to their questions about it."""
