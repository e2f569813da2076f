"""Why sellers say they are right: families of reasons, and what each says about the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

COMMON: Final = "common"
COMMON_SHARE: Final = 0.27
"""Share of first reasons that any seller could give under any policy."""


@dataclass(frozen=True)
class Reason:
    """A family of reasons.

    `effect` is added to the logit of a wrong enforcement; `evidence` is what a seller who gives
    this reason tends to attach; an empty `policies` means every policy of the area.
    """

    key: str
    area: str
    effect: float
    evidence: str = ""
    policies: tuple[str, ...] = ()


_KYC: Final = ("identity_verification",)
_LINKED: Final = ("linked_accounts",)
_REVIEWS: Final = ("review_manipulation",)
_CONTACT: Final = ("off_platform_contact",)
_HOLD: Final = ("payment_hold",)
_CHARGEBACK: Final = ("chargeback_abuse",)
_LATE: Final = ("late_dispatch",)
_TRACKING: Final = ("invalid_tracking",)
_CANCELLED: Final = ("order_cancellation",)

REASONS: Final = (
    Reason("denial", COMMON, -0.2),
    Reason("ignorance", COMMON, -0.7),
    Reason("admission", COMMON, -1.3),
    Reason("already_fixed", COMMON, -0.3),
    Reason("staff_mistake", COMMON, -0.6),
    Reason("hardship", COMMON, -0.25),
    Reason("first_time", COMMON, 0.1),
    Reason("others_do_it", COMMON, -0.6),
    Reason("no_explanation", COMMON, 0.15),
    Reason("system_error", COMMON, 0.35),
    Reason("authorised_seller", "ip", 1.1, "brand_letter"),
    Reason("brand_invoice", "ip", 0.9, "invoice"),
    Reason("own_photos", "ip", 1.2, "product_photo", ("copyright_claim", "copied_content")),
    Reason("own_trademark", "ip", 1.3, "certificate", ("trademark_claim", "counterfeit")),
    Reason("compatible_use", "ip", 0.6, "", ("trademark_claim", "counterfeit")),
    Reason("parallel_import", "ip", -0.1, "invoice", ("trademark_claim", "counterfeit")),
    Reason("claim_withdrawn", "ip", 1.4, "chat_screenshot"),
    Reason("image_licence", "ip", 0.8, "invoice", ("copyright_claim", "copied_content")),
    Reason("generic_word", "ip", 0.4, "", ("trademark_claim", "copyright_claim")),
    Reason("supplier_photos", "ip", -0.8, "chat_screenshot"),
    Reason("competitor_claim", "ip", 0.2),
    Reason("second_hand", "ip", 0.0, "product_photo", ("trademark_claim", "counterfeit")),
    Reason("inspired_design", "ip", -1.3),
    Reason("customs_cleared", "ip", 0.2, "invoice", ("trademark_claim", "counterfeit")),
    Reason("certificate_attached", "product", 1.0, "certificate"),
    Reason("lab_report", "product", 0.9, "certificate"),
    Reason("different_item", "product", 0.8, "product_photo"),
    Reason("label_photo", "product", 0.5, "product_photo"),
    Reason("exempt", "product", 0.4),
    Reason("registration_number", "product", 1.1, "certificate"),
    Reason("keyword_context", "product", 0.7),
    Reason("translation_error", "product", 0.2),
    Reason("sold_elsewhere", "product", -0.4),
    Reason("papers_coming", "product", -0.9),
    Reason("certificate_expired", "product", -1.1, "certificate"),
    Reason("claims_removed", "product", -0.2, "", ("health_claims",)),
    Reason("supplier_assures", "product", -0.7, "chat_screenshot"),
    Reason("traditional_remedy", "product", -0.6, "", ("health_claims",)),
    Reason("photo_matches", "listing", 0.8, "product_photo"),
    Reason("right_category", "listing", 1.0, "product_photo", ("wrong_category",)),
    Reason("variants", "listing", 0.9, "product_photo", ("duplicate_listing",)),
    Reason("price_typo", "listing", -0.3, "", ("misleading_listing",)),
    Reason("bundle", "listing", 0.6, "product_photo"),
    Reason("size_chart", "listing", 0.4, "product_photo", ("misleading_listing",)),
    Reason("old_listing_deleted", "listing", 0.3, "", ("duplicate_listing",)),
    Reason("translation_tool", "listing", -0.1),
    Reason("customer_misread", "listing", 0.3, "chat_screenshot", ("misleading_listing",)),
    Reason("exaggeration", "listing", -1.1, "", ("misleading_listing",)),
    Reason("category_missing", "listing", 0.7, "", ("wrong_category",)),
    Reason("promotion_price", "listing", 0.4, "invoice", ("misleading_listing",)),
    Reason("stock_photo", "listing", -0.6),
    Reason("keyword_stuffing", "listing", -1.0),
    Reason("late_scan", "fulfilment", 0.9, "tracking_screenshot", _LATE + _TRACKING),
    Reason("pickup_proof", "fulfilment", 1.1, "product_photo", _LATE + _TRACKING),
    Reason("holiday", "fulfilment", 0.2, "", _LATE + _CANCELLED),
    Reason("flood", "fulfilment", 0.8, "product_photo", _LATE + _CANCELLED),
    Reason("tracking_typo", "fulfilment", -0.1, "tracking_screenshot", _TRACKING),
    Reason("buyer_asked_cancel", "fulfilment", 1.1, "chat_screenshot", _CANCELLED),
    Reason("address_wrong", "fulfilment", 0.5, "chat_screenshot"),
    Reason("out_of_stock", "fulfilment", -1.1, "", _CANCELLED + _LATE),
    Reason("delivered_proof", "fulfilment", 1.2, "tracking_screenshot", _LATE + _TRACKING),
    Reason("warehouse_move", "fulfilment", -0.5),
    Reason("made_to_order", "fulfilment", 0.1, "", _LATE + _CANCELLED),
    Reason("volume_spike", "fulfilment", -0.4),
    Reason("reused_label", "fulfilment", -1.2, "", _TRACKING),
    Reason("courier_strike", "fulfilment", 0.6, "chat_screenshot"),
    Reason("id_clear", "account", 0.7, "id_document", _KYC),
    Reason("name_change", "account", 0.8, "id_document", _KYC),
    Reason("address_bill", "account", 0.5, "bank_statement", _KYC),
    Reason("blurry_photo", "account", -0.6, "id_document", _KYC),
    Reason("company_papers", "account", 1.0, "certificate", _KYC + _LINKED),
    Reason("shared_wifi", "account", 0.5, "", _LINKED),
    Reason("family_shop", "account", -0.1, "id_document", _LINKED),
    Reason("bought_shop", "account", -0.8, "", _LINKED),
    Reason("former_employee", "account", 0.3, "chat_screenshot", _LINKED),
    Reason("real_buyers", "account", 0.5, "chat_screenshot", _REVIEWS),
    Reason("free_gift", "account", -1.1, "", _REVIEWS),
    Reason("friend_reviews", "account", -1.2, "", _REVIEWS),
    Reason("review_attack", "account", 0.8, "chat_screenshot", _REVIEWS),
    Reason("buyer_gave_contact", "account", 0.6, "chat_screenshot", _CONTACT),
    Reason("repair_help", "account", 0.3, "chat_screenshot", _CONTACT),
    Reason("discount_chat", "account", -1.2, "", _CONTACT),
    Reason("phone_on_manual", "account", 0.8, "product_photo", _CONTACT),
    Reason("hacked", "account", 0.9, "chat_screenshot"),
    Reason("orders_delivered", "payments", 1.0, "tracking_screenshot"),
    Reason("bank_matches", "payments", 0.8, "bank_statement", _HOLD),
    Reason("bank_name_differs", "payments", -0.4, "bank_statement", _HOLD),
    Reason("supplier_waiting", "payments", 0.0, "invoice"),
    Reason("tax_papers", "payments", 0.6, "certificate", _HOLD),
    Reason("chargeback_false", "payments", 0.8, "chat_screenshot", _CHARGEBACK),
    Reason("refund_done", "payments", 0.4, "bank_statement", _CHARGEBACK),
    Reason("spike_explained", "payments", 0.5, "invoice"),
    Reason("own_purchase", "payments", -1.3, "", _HOLD),
    Reason("hold_too_long", "payments", 0.6, "", _HOLD),
    Reason("changed_account", "payments", -0.6, "", _HOLD),
    Reason("buyer_confirmed", "payments", 0.9, "chat_screenshot"),
    Reason("test_orders", "payments", -0.9),
    Reason("bank_letter", "payments", 1.1, "bank_statement"),
)


def reasons_under(policy: str, area: str) -> list[int]:
    """List the positions in `REASONS` of the area's own reasons that fit a policy."""
    return [
        position
        for position, reason in enumerate(REASONS)
        if reason.area == area and (not reason.policies or policy in reason.policies)
    ]


def common_reasons() -> list[int]:
    """List the positions in `REASONS` of those that fit every policy."""
    return reasons_under("", COMMON)
