"""What light meets in a section: interference colours, relief, the marks of crystals, flaws."""
