"""Fixtures that every test may use."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # import-mode importlib leaves the path alone

pytest_plugins = ["fixtures_localnet", "fixtures_commands"]
