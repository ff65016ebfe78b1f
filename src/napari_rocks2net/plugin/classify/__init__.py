"""The Classify widget and its results as layers."""
