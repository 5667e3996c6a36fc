"""Resident and household columns, and the making of residents who match a place."""
