"""Count points widget: a cross on one grid point after the other, and what lies under it named by a key."""
