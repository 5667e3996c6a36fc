"""Estimators an evaluator would use, on the panel of a run, each beside the true paired effect."""
