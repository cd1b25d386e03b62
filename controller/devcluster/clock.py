"""The server's clock, as Kubernetes writes times."""

from datetime import UTC, datetime, timedelta


def now():
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def later(seconds):
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def micro():
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
