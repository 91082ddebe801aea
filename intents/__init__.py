"""Words: text → what is meant. Imports nothing of ours."""
