"""The model held to published figures: targets of the baseline, and published studies run again."""
