"""``python -m feedsvc`` is the ``feedsvc`` command."""

from feedsvc.cli import main

if __name__ == "__main__":  # processes that are spawned import this module too
    main()
