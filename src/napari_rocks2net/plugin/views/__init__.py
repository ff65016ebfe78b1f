"""Widget that pairs layers as the views of one field, and lays them on one another."""
