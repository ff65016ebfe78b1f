"""Petrology: minerals, rocks, the recipes of the classes, and the plan of one section."""
