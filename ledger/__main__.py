"""Hands ``python -m ledger`` and the ``ledger`` command over to the terminal edge."""

from consumers.cli.main import main

if __name__ == "__main__":
    main()
