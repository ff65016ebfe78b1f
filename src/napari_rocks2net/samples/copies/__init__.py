"""Copies: photos that show the same pixels, whole or in part."""
