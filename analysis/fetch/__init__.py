"""The Fetch standard as browsers implement it: pure functions, no state.

Each module is named for the part of the standard it transcribes. What differs between
engines is a column in `browsers`; what they call a refusal is a row in `reasons`.
"""
