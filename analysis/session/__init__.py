"""Memory over a capture: clients, links between exchanges, verdicts, facts about APIs.

Still no I/O and no clock: time comes from the exchanges.
"""
