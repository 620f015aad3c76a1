"""Write the data dictionary (a page for people, a Data Package for programs) the catalogue of metrics,
and the views of `sancu sql`."""

from __future__ import annotations

import json
from pathlib import Path

from flows import atomic
from flows.configuration import load_configuration
from flows.settings import Settings
from transforms import catalogue, dictionary
from transforms.frictionless import datapackage
from transforms.sql_docs import views_markdown

PAGE, PACKAGE, METRICS, VIEWS = "dictionary.md", "datapackage.json", "metrics.md", "views.md"


def write(settings: Settings, out: Path) -> list[Path]:
    """Write the files into the folder `out`, over what was there; the same contracts and metrics give the same
    bytes.

    Raises:
        UsageError: no such district.
        ConfigurationError: a mistake in a contract or district file.
        EnvironmentFailure: the folder cannot be written.
    """
    configuration = load_configuration(settings.data, settings.district)
    contracts, district = configuration.contracts, configuration.district
    package = json.dumps(datapackage(contracts, district), ensure_ascii=False, indent=1) + "\n"
    texts = {
        PAGE: dictionary.markdown(contracts, district),
        PACKAGE: package,
        METRICS: catalogue.markdown(contracts, district),
        VIEWS: views_markdown(contracts),
    }
    written = []
    for name, text in texts.items():
        path = out / name
        try:
            atomic.write(path, text.encode())
        except OSError as error:
            raise atomic.failure(f"写不了 {path}", error) from error
        written.append(path)
    return written
