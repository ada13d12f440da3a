"""The dashboard without a terminal, a network or a clock of its own."""

import os
import time

import pytest

from taocli.feeds.demo_data import DemoFeed


@pytest.fixture(autouse=True)
def utc(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.delenv("NO_COLOR", raising=False)
    time.tzset()
    yield
    os.environ.pop("TZ", None)
    time.tzset()


@pytest.fixture
def demo():
    return DemoFeed(7)


def frame(app):
    """The screen as lines of text."""
    _, height = app.size
    strips = app.screen._compositor.render_strips()
    return [strip.text for strip in strips][:height]


@pytest.fixture
def read_frame():
    return frame
