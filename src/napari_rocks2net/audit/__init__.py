"""What labels are worth: duplicates, likely label errors, learning curve, agreement of observers."""
