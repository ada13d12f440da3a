from pathlib import Path

import pytest

from taocli import config
from taocli.domain.errors import InvalidSetting, UnsafePermissions


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CONFIG_HOME", "STATE_HOME", "CACHE_HOME"):
        monkeypatch.setenv(f"XDG_{name}", str(tmp_path / name.lower()))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    return tmp_path


def write_config(text: str) -> None:
    path = config.config_file()
    path.parent.mkdir(parents=True)
    path.write_text(text)


def test_precedence_is_flag_ours_peers_file_default(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def origin() -> tuple[str, str]:
        settings = config.load_settings()
        return settings.network, settings.origins["network"]

    for name in ("TAOCLI_NETWORK", "BT_NETWORK"):
        monkeypatch.delenv(name, raising=False)
    assert origin() == ("finney", "default")
    write_config('network = "test"\n')
    assert origin() == ("test", str(config.config_file()))
    monkeypatch.setenv("BT_NETWORK", "archive")
    assert origin() == ("archive", "BT_NETWORK")
    monkeypatch.setenv("TAOCLI_NETWORK", "local")
    assert origin() == ("local", "TAOCLI_NETWORK")
    assert config.load_settings(network="finney").origins["network"] == "command line"


def test_wallet_slash_hotkey_names_both(home: Path) -> None:
    settings = config.load_settings(wallet="alice/miner")
    assert (settings.wallet, settings.hotkey) == ("alice", "miner")


@pytest.mark.parametrize("text", ["network = ", 'netwrok = "x"\n', "network = 3\n"])
def test_a_bad_file_is_named(home: Path, text: str) -> None:
    write_config(text)
    with pytest.raises(InvalidSetting) as caught:
        config.load_settings()
    assert str(config.config_file()) in caught.value.what


def test_runtime_directory_is_private(home: Path) -> None:
    home.joinpath("run", "taocli").mkdir(parents=True, mode=0o755)
    assert config.runtime_dir().stat().st_mode & 0o777 == 0o700


def test_a_runtime_directory_that_is_a_link_is_refused(home: Path) -> None:
    home.joinpath("elsewhere").mkdir()
    home.joinpath("run").mkdir()
    home.joinpath("run", "taocli").symlink_to(home / "elsewhere")
    with pytest.raises(UnsafePermissions):
        config.runtime_dir()
