"""A finished guide on paper, on a page and in a calendar."""
