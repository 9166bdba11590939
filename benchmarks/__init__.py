"""Measurements of what the product does beside the simplest thing that could be done in its place."""
