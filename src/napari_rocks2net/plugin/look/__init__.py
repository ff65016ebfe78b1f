"""Looks shared by the widgets: theme, class colours, forms, tables, plots."""
