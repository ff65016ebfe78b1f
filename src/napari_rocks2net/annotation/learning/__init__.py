"""Learning from the labels of a collection: suggestions and predictions."""
