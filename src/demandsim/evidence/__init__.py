"""Parameters with unit, range, grade and source, and the tables that hold them."""
