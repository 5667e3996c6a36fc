"""Mesa's own clock, kept steady where a week fails."""

from __future__ import annotations

from typing import Any

import mesa


class SteadyClock(mesa.Model):
    """A Mesa model whose count of steps, and whose next step, survive a step that raises."""

    def _wrapped_step(self, *args: Any, **kwargs: Any) -> None:
        """Step as Mesa does; where a week fails, put Mesa's clock back, so that the next try is not silent."""
        clock = {name: getattr(self, name) for name in ("steps", "time") if hasattr(self, name)}
        try:
            super()._wrapped_step(*args, **kwargs)
        except BaseException:
            for name, value in clock.items():
                setattr(self, name, value)
            schedule = getattr(self, "_default_schedule", None)  # Mesa 3.5 drops it when a step fails
            if schedule is not None:
                schedule._schedule_next(self.time + 1)
            raise
