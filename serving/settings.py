"""What the serving process asks of its environment, and hands to the processes it starts."""

from __future__ import annotations

import os
from typing import Final

from features.settings import Settings

COUNTERS: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder in which several processes count together; BentoML sets it for its workers."""


def prepare_bentoml(settings: Settings) -> None:
    """Keep BentoML's files in the home folder, its log quiet, and its usage reports at home.

    It reads these once, when it is imported, and its workers inherit them.
    """
    os.environ.update(
        BENTOML_HOME=str((settings.home / "bentoml").absolute()),
        BENTOML_DO_NOT_TRACK="True",
        BENTOML_QUIET="True",
        # The server would put the browser's address in place of the proxy's, and trust every
        # process of this machine: the pages read the headers of the proxies that settings name.
        FORWARDED_ALLOW_IPS="",
    )


def counts_together() -> bool:
    """Tell whether this process counts into a folder that others share."""
    return COUNTERS in os.environ
