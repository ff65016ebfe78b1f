"""Grains and crystals: how they grow, and which of them each pixel belongs to."""
