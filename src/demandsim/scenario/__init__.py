"""A scenario, a group and a policy: what they hold, reading them from TOML, explaining them in words."""
