"""The fixtures of the controller's tests: one embedded cluster, an installation a test."""

from tests.controller.conftest import house, kubernetes

__all__ = ["house", "kubernetes"]
