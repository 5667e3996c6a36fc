"""Settling, running and comparing: a scenario run once, or in pairs over many seeds."""
