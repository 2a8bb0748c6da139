"""Many results as tables: the only place that knows pandas, and never part of a live session."""
