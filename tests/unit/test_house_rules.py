"""Rules that keep the tree readable; each is shown to catch a planted violation."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*ROOT.glob("taocli/**/*.py"), *ROOT.glob("tui/**/*.py")])
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base"}
UNEXPLAINED = re.compile(r"#\s*(noqa(?!:)|type:\s*ignore(?!\[))")
SILENCED = re.compile(r"#\s*(noqa:[^#]*|type:\s*ignore\[[^\]]*\])(?P<reason>.*)$")


def is_data_table(tree: ast.Module) -> bool:
    """A module with neither functions nor methods is pure data and may be long."""
    return not any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(tree)
    )


def violations(path: Path, source: str) -> list[str]:
    """Everything in one file that the house rules forbid."""
    tree = ast.parse(source)
    lines = source.splitlines()
    found = []
    if len(lines) > MAX_FILE_LINES and not is_data_table(tree):
        found.append(f"{path.name}: {len(lines)} lines")
    if path.stem in BANNED_NAMES or path.parent.name in BANNED_NAMES:
        found.append(f"{path.name}: a name that says nothing")
    if not ast.get_docstring(tree):
        found.append(f"{path.name}: no module docstring")
    if path.name == "__init__.py" and any(
        isinstance(node, ast.FunctionDef | ast.ClassDef) for node in tree.body
    ):
        found.append(f"{path}: code in __init__")
    found += [item for node in ast.walk(tree) for item in node_violations(path, node)]
    for number, line in enumerate(lines, 1):
        if UNEXPLAINED.search(line):
            found.append(f"{path.name}:{number} silences every rule")
    if (
        "cli" not in path.parts
        and "tui" not in path.parts
        and re.search(r"\btaocli\.tui\b", source)
    ):
        found.append(f"{path.name}: reaches the dashboard by its run-time name")
    return found


def node_violations(path: Path, node: ast.AST) -> list[str]:
    """What one function, handler or statement does against the rules."""
    found = []
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        if length > MAX_FUNCTION_LINES:
            found.append(f"{path.name}:{node.lineno} {node.name} has {length} lines")
    if isinstance(node, ast.ExceptHandler) and all(
        isinstance(item, ast.Pass) for item in node.body
    ):
        found.append(f"{path.name}:{node.lineno} except: pass")
    if isinstance(node, ast.Attribute) and node.attr == "wait_for":
        # Python 3.11's wait_for can swallow a cancellation; asyncio.timeout cannot.
        found.append(f"{path.name}:{node.lineno} asyncio.wait_for")
    if isinstance(node, ast.Assert):
        found.append(f"{path.name}:{node.lineno} assert")
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_source_file_keeps_the_rules(path: Path) -> None:
    if path.name == "__init__.py" and path.parent.name == "taocli":
        return
    assert violations(path, path.read_text()) == []


def test_every_silenced_rule_in_a_file_is_explained_somewhere_near() -> None:
    bare = []
    for path in SOURCES:
        lines = path.read_text().splitlines()
        reasons: set[str] = set()
        for number, line in enumerate(lines, 1):
            match = SILENCED.search(line)
            if match is None:
                continue
            rule = match.group(1).split(" - ")[0].strip()
            explained = " - " in line.split("#", 1)[1] or "#" in match.group("reason")
            above = number > 1 and lines[number - 2].lstrip().startswith("#")
            if explained or above:
                reasons.add(rule)
            elif rule not in reasons:
                bare.append(f"{path.relative_to(ROOT)}:{number} {rule}")
    assert bare == []


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        (
            "long.py",
            '"""Doc."""\n' + "x = 1\n" * 401 + "def f() -> None:\n    '''Doc.'''\n",
            "lines",
        ),
        ("utils.py", '"""Doc."""\n', "says nothing"),
        ("bare.py", "x = 1\n", "no module docstring"),
        ("big.py", '"""Doc."""\ndef f():\n' + "    x = 1\n" * 61, "has 62 lines"),
        ("quiet.py", '"""Doc."""\ntry:\n    x = 1\nexcept ValueError:\n    pass\n', "except: pass"),
        ("wait.py", '"""Doc."""\nimport asyncio\nx = asyncio.wait_for\n', "asyncio.wait_for"),
        ("check.py", '"""Doc."""\nassert True\n', "assert"),
        ("mute.py", '"""Doc."""\nx = 1  # noqa\n', "silences every rule"),
        ("spy.py", '"""Doc."""\nimport taocli.tui\n', "run-time name"),
    ],
)
def test_a_planted_violation_is_caught(name: str, source: str, expected: str) -> None:
    assert any(expected in found for found in violations(Path("pkg") / name, source))
