"""``python -m feedsvc.config [FILE]`` brings the table in docs/configuration.md up to date."""

import sys
from pathlib import Path

from feedsvc.config.reference import rewritten

page = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/configuration.md")
page.write_text(rewritten(page.read_text(encoding="utf-8")), encoding="utf-8")
