"""Entry point of ``python -m dean_provider.services``."""

import sys

from dean_provider.services.command import main

if __name__ == "__main__":
    sys.exit(main())
