"""`python -m analysis` is `cors-audit`."""

from .cli import main

if __name__ == "__main__":
    main(prog_name="cors-audit")
