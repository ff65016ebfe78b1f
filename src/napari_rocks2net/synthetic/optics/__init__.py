"""Optics of a section: interference colours, relief, the marks of crystals, flaws."""
