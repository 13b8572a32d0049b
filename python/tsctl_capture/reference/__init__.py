"""What eager computes for inputs and probes, and the comparison with it."""
