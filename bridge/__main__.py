"""`python -m bridge` is `ifttt-bridge`."""

import sys

from bridge.cli import main

sys.exit(main())
