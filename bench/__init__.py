"""Speed, measured: every figure with what it is compared to, from the same run."""
