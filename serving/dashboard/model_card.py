"""A version's model card, as it was written beside the version.

It is a document of its own, with one sheet of styles inside it. The policy that it is sent with is
stricter than the pages': nothing is loaded, and of styles that very sheet alone counts.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Final

from starlette.responses import Response

from models.card_files import read_card
from models.registry import Registry
from serving.dashboard.door import Door
from serving.dashboard.roles import Role
from serving.dashboard.stock import Stock
from serving.dashboard.visits import Visit, html

__all__ = ["ModelCards", "policy_of"]

PATH: Final = "/model/{version}/card"
_SHEET: Final = re.compile(r"<style>(.*?)</style>", re.DOTALL)


class ModelCards:
    """Sends model cards.

    Parameters
    ----------
    stock
        What pages read from.
    """

    def __init__(self, stock: Stock) -> None:
        self.registry = Registry(stock.settings)

    def add_to(self, door: Door) -> None:
        """Add the page."""

        @door.page(PATH, Role.VIEWER)
        def card(visit: Visit) -> Response:
            version = visit.part("version")
            text = read_card(self.registry, version)
            visit.note(version=version)
            return html(text, headers={"Content-Security-Policy": policy_of(text)})


def policy_of(document: str) -> str:
    """Give the policy under which a document has its own styles, and nothing else."""
    sheet = _SHEET.search(document)
    styles = f"'sha256-{_digest(sheet[1])}'" if sheet else "'none'"
    parts = ("default-src", "base-uri", "form-action", "frame-ancestors")
    return "; ".join([*(f"{part} 'none'" for part in parts), f"style-src {styles}"])


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
