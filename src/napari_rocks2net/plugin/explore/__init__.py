"""The Explore widget: a map of the open collection, and galleries of its classes."""
