"""Installing and removing, as systemctl and launchctl see it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.service.conftest import Double

from descant_daemon.service.install import install, remove, status
from descant_daemon.service.manager import Manager, manager
from descant_daemon.service.order import Order
from descant_routing.errors import DescantError

ORDER = Order(("/usr/bin/python3", "-P", "-m", "descant_daemon.cli", "play"), {})
OTHER = Order(("/usr/bin/python3", "-P", "-m", "descant_daemon.cli", "play", "jazz"), {})
UNREACHABLE = "echo 'Failed to connect to bus: No medium found' >&2; exit 1"


@pytest.fixture
def systemd(tmp_path: Path) -> Manager:
    return manager("linux", {"HOME": str(tmp_path / "home")})


def launchd(tmp_path: Path) -> Manager:
    return manager("darwin", {"HOME": str(tmp_path / "home")}, user=501)


def calls(log: Path) -> list[str]:
    """What was called since the last look."""
    lines = log.read_text().splitlines()
    log.write_text("")
    return lines


def test_installed_and_removed(systemd: Manager, double: Double, tmp_path: Path) -> None:
    log = double("systemctl", "exit 0")
    path = tmp_path / "home" / ".config" / "systemd" / "user" / "descant.service"
    assert install(systemd, ORDER)
    assert path.read_bytes() == systemd.written(ORDER)
    assert calls(log) == [
        "--user show-environment",
        "--user daemon-reload",
        "--user enable descant.service",
        "--user restart descant.service",
    ]
    assert remove(systemd)
    assert list(path.parent.iterdir()) == []
    assert calls(log) == [
        "--user show-environment",
        "--user disable --now descant.service",
        "--user daemon-reload",
        "--user reset-failed descant.service",
    ]


def test_installing_again_replaces_it_and_removing_again_does_nothing(
    systemd: Manager, double: Double
) -> None:
    log = double("systemctl", "exit 0")
    install(systemd, ORDER)
    install(systemd, OTHER)
    assert systemd.path.read_bytes() == systemd.written(OTHER)
    assert remove(systemd)
    calls(log)
    assert not remove(systemd)
    assert calls(log) == []


def test_the_file_of_another_is_left_as_it_is(systemd: Manager, double: Double) -> None:
    log = double("systemctl", "exit 0")
    systemd.path.parent.mkdir(parents=True)
    systemd.path.write_text("[Service]\nExecStart=/usr/bin/true\n")
    with pytest.raises(DescantError, match="was not made by `descant service install`: move it away"):
        install(systemd, ORDER)
    with pytest.raises(DescantError, match="was not made by `descant service install`: move it away"):
        remove(systemd)
    assert systemd.path.read_text() == "[Service]\nExecStart=/usr/bin/true\n"
    assert calls(log) == []
    assert not status(systemd).ours


def test_without_a_manager_the_file_is_written_all_the_same(systemd: Manager, double: Double) -> None:
    log = double("systemctl", UNREACHABLE)
    assert not install(systemd, ORDER)
    assert systemd.path.exists()
    assert calls(log) == ["--user show-environment"]
    assert status(systemd).state == "unknown"
    assert remove(systemd)
    assert not systemd.path.exists()


def test_without_systemctl_too(systemd: Manager, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not install(systemd, ORDER)
    assert systemd.path.exists()


def test_a_service_that_does_not_start_is_said_with_where_to_look(systemd: Manager, double: Double) -> None:
    double("systemctl", 'case "$2" in restart) echo "Job failed." >&2; exit 1;; esac')
    with pytest.raises(
        DescantError, match=r"journalctl --user -u descant.service \(.*restart.*: Job failed\)\.$"
    ):
        install(systemd, ORDER)


def test_a_service_that_does_not_stop_keeps_its_file(systemd: Manager, double: Double) -> None:
    double("systemctl", 'case "$2" in disable) echo "Access denied" >&2; exit 1;; esac')
    install(systemd, ORDER)
    with pytest.raises(DescantError, match="could not be stopped"):
        remove(systemd)
    assert systemd.path.exists()


def test_status(systemd: Manager, double: Double) -> None:
    double("systemctl", 'case "$2" in is-active) exit 3;; esac')
    assert (status(systemd).installed, status(systemd).state) == (False, "does not run")
    install(systemd, ORDER)
    found = status(systemd)
    assert (found.installed, found.ours, found.state) == (True, True, "does not run")
    double("systemctl", "exit 0")
    assert status(systemd).state == "runs"


def test_a_home_that_is_closed_to_us_is_one_sentence(
    systemd: Manager, double: Double, tmp_path: Path
) -> None:
    double("systemctl", "exit 0")
    (tmp_path / "home").write_text("a file where a folder should be")
    with pytest.raises(DescantError, match="cannot be"):
        install(systemd, ORDER)


def test_on_a_mac_the_old_one_is_gone_before_the_new_one_comes(double: Double, tmp_path: Path) -> None:
    # Booting out takes a moment: here the service can still be seen twice.
    seen = tmp_path / "seen"
    log = double(
        "launchctl",
        f'case "$*" in "print gui/501/descant.play") echo x >> {seen}; test $(wc -l < {seen}) -le 2;; esac',
    )
    mac = launchd(tmp_path)
    assert install(mac, ORDER)
    there = "print gui/501/descant.play"
    assert calls(log) == [
        "print gui/501",
        "bootout gui/501/descant.play",
        *[there] * 3,
        "enable gui/501/descant.play",
        f"bootstrap gui/501 {tmp_path}/home/Library/LaunchAgents/descant.play.plist",
    ]
    assert remove(mac)
    assert calls(log) == ["print gui/501", "bootout gui/501/descant.play", there]
    assert not mac.path.exists()


def test_xdg_config_home_is_where_systemd_looks() -> None:
    found = manager("linux", {"HOME": "/home/clara", "XDG_CONFIG_HOME": "/etc/clara"})
    assert found.path == Path("/etc/clara/systemd/user/descant.service")


def test_windows_is_told_what_to_do_instead() -> None:
    with pytest.raises(DescantError, match="shell:startup"):
        manager("win32", {})
