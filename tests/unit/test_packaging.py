"""The package list in pyproject.toml names exactly the packages of the tree."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_package_is_listed_and_every_listed_package_exists() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    found = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for folder in ("taocli", "tui")
        for path in ROOT.glob(f"{folder}/**/__init__.py")
    }
    found = {f"taocli.{name}" if name.partition(".")[0] == "tui" else name for name in found}
    assert set(listed) == found


def test_the_version_is_the_packages_own() -> None:
    from importlib.metadata import version

    from taocli import __version__

    assert version("taocli") == __version__
