"""Many machines: captures read, and sessions judged, on a Dask cluster. The only place for Dask.

`README.md` beside this file says what travels between machines, and what it costs.
"""
