"""Differences between records: shunts, attribution, economics, charts and the report."""
