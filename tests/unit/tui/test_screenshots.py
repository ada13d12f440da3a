"""The README's pictures are what the program draws today."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
def test_screenshots_are_up_to_date(tmp_path, monkeypatch) -> None:
    spec = importlib.util.spec_from_file_location("screenshots", ROOT / "tests" / "screenshots.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr("sys.argv", ["screenshots", str(tmp_path)])
    module.main()
    for name in module.SIZES:
        drawn, kept = tmp_path / f"{name}.svg", module.FOLDER / f"{name}.svg"
        assert drawn.read_text() == kept.read_text(), "run: make screenshots"
