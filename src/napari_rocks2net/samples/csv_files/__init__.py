"""CSV files of labelled samples: one schema, one reader, one writer."""
