"""The marketplace itself: what it enforces, how, where, and how often it is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Policy:
    """A rule, and what is known of its enforcement.

    `share` is its weight among all appeals, `base_rate` the share of its appeals that is overturned
    outside incidents, `stake` the median money at stake in US dollars. `actions` and `detections`
    map words to weights. `leans` are categories that it meets ten times as often as others.
    """

    name: str
    area: str
    share: float
    base_rate: float
    stake: float
    actions: dict[str, float]
    detections: dict[str, float]
    leans: tuple[str, ...] = ()


@dataclass(frozen=True)
class Market:
    """A country, its share of appeals, and the languages that its sellers write in."""

    name: str
    share: float
    languages: dict[str, float]
    effect: float


_LISTING: Final = {"listing_removed": 0.8, "listing_demoted": 0.12, "penalty_points": 0.08}
_IP: Final = {"listing_removed": 0.72, "shop_suspended": 0.18, "penalty_points": 0.10}
_SERVICE: Final = {"penalty_points": 0.6, "listing_demoted": 0.2, "selling_limited": 0.2}
_ACCOUNT: Final = {"shop_suspended": 0.62, "selling_limited": 0.28, "funds_held": 0.10}
_FUNDS: Final = {"funds_held": 0.88, "selling_limited": 0.12}

_MACHINE: Final = {"automated": 0.8, "human": 0.1, "report": 0.1}
_MIXED: Final = {"automated": 0.5, "human": 0.2, "report": 0.3}
_NOTICE: Final = {"automated": 0.15, "human": 0.15, "report": 0.7}

POLICIES: Final = (
    Policy("trademark_claim", "ip", 0.05, 0.05, 420, _IP, _NOTICE, ("fashion", "shoes_bags")),
    Policy("copyright_claim", "ip", 0.04, 0.014, 260, _IP, _NOTICE, ("books_stationery", "toys")),
    Policy("counterfeit", "ip", 0.07, 0.09, 650, _IP, _MIXED, ("shoes_bags", "watches_jewellery")),
    Policy("copied_content", "ip", 0.05, 0.16, 180, _LISTING, _MACHINE),
    Policy("product_compliance", "product", 0.09, 0.30, 330, _LISTING, _MACHINE, ("electronics",)),
    Policy("restricted_product", "product", 0.07, 0.22, 240, _LISTING, _MACHINE, ("sports",)),
    Policy("health_claims", "product", 0.06, 0.24, 210, _LISTING, _MIXED, ("health", "beauty")),
    Policy("misleading_listing", "listing", 0.07, 0.27, 170, _LISTING, _MIXED),
    Policy("wrong_category", "listing", 0.05, 0.48, 110, _LISTING, _MACHINE),
    Policy("duplicate_listing", "listing", 0.05, 0.36, 120, _LISTING, _MACHINE),
    Policy("invalid_tracking", "fulfilment", 0.06, 0.28, 140, _SERVICE, _MACHINE),
    Policy("late_dispatch", "fulfilment", 0.08, 0.20, 130, _SERVICE, _MACHINE),
    Policy("order_cancellation", "fulfilment", 0.05, 0.18, 120, _SERVICE, _MACHINE),
    Policy("identity_verification", "account", 0.07, 0.38, 2_600, _ACCOUNT, _MACHINE),
    Policy("linked_accounts", "account", 0.04, 0.17, 3_400, _ACCOUNT, _MACHINE),
    Policy("review_manipulation", "account", 0.03, 0.08, 1_500, _ACCOUNT, _MIXED),
    Policy("off_platform_contact", "account", 0.03, 0.13, 900, _ACCOUNT, _MIXED),
    Policy("payment_hold", "payments", 0.06, 0.40, 2_300, _FUNDS, _MACHINE),
    Policy("chargeback_abuse", "payments", 0.03, 0.21, 1_200, _FUNDS, _MIXED),
)

AREAS: Final = tuple(dict.fromkeys(policy.area for policy in POLICIES))

MARKETS: Final = (
    Market("SG", 0.18, {"en": 0.82, "zh": 0.18}, 0.08),
    Market("PH", 0.24, {"en": 0.95, "zh": 0.05}, 0.0),
    Market("ID", 0.26, {"en": 0.36, "id": 0.56, "zh": 0.08}, -0.06),
    Market("VN", 0.16, {"en": 0.32, "vi": 0.58, "zh": 0.10}, -0.10),
    Market("TH", 0.16, {"en": 0.32, "th": 0.58, "zh": 0.10}, 0.05),
)

LANGUAGES: Final = ("en", "id", "vi", "th", "zh")

CATEGORIES: Final = {
    "fashion": (0.17, 0.0),
    "beauty": (0.13, 0.05),
    "home": (0.12, 0.10),
    "electronics": (0.11, -0.10),
    "phone_accessories": (0.07, 0.05),
    "health": (0.08, -0.12),
    "shoes_bags": (0.08, -0.18),
    "toys": (0.06, 0.08),
    "mother_baby": (0.06, 0.12),
    "sports": (0.05, 0.05),
    "watches_jewellery": (0.04, -0.20),
    "books_stationery": (0.03, 0.15),
}
"""Category -> its share of appeals, and its effect on the logit of a wrong enforcement."""

COURIERS: Final = {
    "Lintas Express": 0.30,
    "Merpati Post": 0.22,
    "SwiftHaul": 0.16,
    "KiriKanan": 0.14,
    "Anchor Logistics": 0.11,
    "own delivery": 0.07,
}

EVIDENCE: Final = (
    "invoice",
    "brand_letter",
    "certificate",
    "product_photo",
    "tracking_screenshot",
    "id_document",
    "chat_screenshot",
    "bank_statement",
)

USEFUL_EVIDENCE: Final = {
    "ip": ("invoice", "brand_letter"),
    "product": ("certificate", "product_photo"),
    "listing": ("product_photo", "chat_screenshot"),
    "fulfilment": ("tracking_screenshot", "chat_screenshot"),
    "account": ("id_document", "chat_screenshot"),
    "payments": ("bank_statement", "invoice"),
}
"""Area -> the evidence that bears on it; other evidence is harmless and beside the point."""
