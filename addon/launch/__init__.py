"""What a recording starts: a mitmdump of its own and a throw-away browser that trusts only it."""
