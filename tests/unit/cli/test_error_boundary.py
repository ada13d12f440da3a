"""Every failure becomes an exit code, and in JSON mode exactly one document on stdout."""

import json

import pytest

from taocli.cli import main as entry
from taocli.cli.explain import _MEANING
from taocli.domain.errors import ExitCode, TaoError, error_classes


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = entry.run(arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_codes_are_unique_and_families_share_an_exit_code() -> None:
    classes = list(error_classes())
    codes = [item.code for item in classes if "code" in vars(item)]
    assert len(codes) == len(set(codes))
    assert all("code" in vars(item) for item in classes)
    assert {item.exit_code for item in classes} <= set(ExitCode)


@pytest.mark.parametrize("error", list(error_classes()), ids=lambda item: item.__name__)
def test_each_error_exits_with_its_code_and_shows_what_why_fix(
    error: type[TaoError], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: list[str]) -> int:
        raise error("It broke.", why="It was old.", fix="Buy a new one.")

    monkeypatch.setattr(entry, "_dispatch", fail)
    code, out, err = run(capsys, "x")
    assert code == error.exit_code
    assert out == ""
    assert f"error[{error.code}]: It broke." in err
    assert "why: It was old." in err
    assert "fix: Buy a new one." in err

    code, out, err = run(capsys, "x", "--json")
    assert code == error.exit_code
    assert json.loads(out)["error"] == {
        "code": error.code, "name": error.__name__, "what": "It broke.", "why": "It was old.",
        "fix": "Buy a new one.", "retryable": error.retryable,
    }  # fmt: skip
    assert err == ""


def test_a_bug_shows_no_traceback_without_debug(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: list[str]) -> int:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(entry, "_dispatch", fail)
    code, out, err = run(capsys, "x")
    assert (code, out) == (ExitCode.BUG, "")
    assert "secret detail" not in err
    assert "Traceback" not in err
    assert "Traceback" in run(capsys, "x", "--debug")[2]


def test_ctrl_c_is_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(_: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(entry, "_dispatch", fail)
    assert run(capsys, "x")[0] == 130


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("wallett",), "Did you mean taocli wallet?"),
        (("explain",), "topic"),
        (("explain", "--nope", "x"), "--nope"),
        (("explain", "nonsense"), "exit-codes"),
    ],
)
def test_usage_errors_are_2_and_say_what_fits(
    arguments: tuple[str, ...], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert hint in err


def test_usage_errors_are_one_document_in_json_mode(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "wallett", "--json")
    assert (code, err) == (2, "")
    assert json.loads(out)["ok"] is False


def test_explain_lists_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "explain", "exit-codes", "--json")
    assert code == 0
    assert set(json.loads(out)["data"]) == {str(int(item)) for item in ExitCode}
    assert set(_MEANING) == set(ExitCode)


@pytest.mark.parametrize("error", list(error_classes()), ids=lambda item: item.code)
def test_every_code_can_be_explained(
    error: type[TaoError], capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "explain", error.code.lower())
    assert code == 0
    assert error.__name__ in out


def test_help_lists_every_command_with_its_whole_line(capsys: pytest.CaptureFixture[str]) -> None:
    from taocli.cli.commands import COMMANDS

    code, out, _ = run(capsys, "--help")
    assert code == 0
    text = " ".join(out.split())
    for name, spec in COMMANDS.items():
        assert name in text
        assert spec.help in text
