"""What is labelled: sample tables, their one CSV schema, folders, and splits by thin section."""
