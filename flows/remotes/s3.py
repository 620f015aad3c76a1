"""Buckets of Amazon S3 or of a service that speaks the same."""

from __future__ import annotations

from typing import Any

from s3fs import S3FileSystem

from flows.remotes.address import Address, Credentials


class Bucket(S3FileSystem):
    """s3fs that gives up once: whoever calls decides on another try."""

    cachable = False
    retries = 1


def open_s3(address: Address, login: Credentials, timeout: float) -> tuple[S3FileSystem, str]:
    """Prepare; nothing is sent before the first question. Without a user botocore's own `AWS_…` variables count."""
    options: dict[str, Any] = {"key": login.user, "secret": login.password} if login.user else {}
    filesystem = Bucket(
        endpoint_url=login.endpoint or None,
        config_kwargs={
            "connect_timeout": timeout,
            "read_timeout": timeout,
            "retries": {"total_max_attempts": 1},
        },
        use_listings_cache=False,
        **options,
    )
    port = f":{address.port}" if address.port else ""
    return filesystem, f"{address.host}{port}{address.path}"
