"""Exchange with other programs: CSV, GeoJSON, vocabularies."""
