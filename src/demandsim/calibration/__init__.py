"""Published targets, what the baseline makes of them, and whether the two agree."""
