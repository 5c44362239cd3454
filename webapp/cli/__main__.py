"""`python -m webapp.cli` is `onewindow`."""

import sys

from webapp.cli import main

sys.exit(main())
