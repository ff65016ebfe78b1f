"""Storage of a collection: its document, its file, and the session that saves every change."""
