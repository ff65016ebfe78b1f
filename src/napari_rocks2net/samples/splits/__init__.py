"""Splits by thin section."""
