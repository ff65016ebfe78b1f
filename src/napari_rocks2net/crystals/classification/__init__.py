"""Crystal classification: crops, classes, training on annotated crystals."""
