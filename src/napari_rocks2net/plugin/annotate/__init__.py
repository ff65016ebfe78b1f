"""The Annotate widget: a collection of photos, its table, its labels and regions."""
