"""The benchmarks whose figures the documentation quotes."""
