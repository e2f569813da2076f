"""How a digest looks: one accent, system fonts, every style inline.

Mail clients drop style sheets, or parts of them, and let no style be inherited from the body. The
style sheet of the page only adds to this: dark colours, and room on narrow screens.
"""

from __future__ import annotations

from typing import Final

__all__ = ["COLOURS", "STYLES", "TONES"]

COLOURS: Final = {
    "ink": "#1f1d1a",
    "muted": "#68625a",
    "rule": "#ddd",
    "page": "#f5f2ec",
    "paper": "#ffffff",
    "accent": "#b03a20",
}
TONES: Final = {"plain": "#c9c2b5", "over": "#cf4f31", "short": "#eecfc5"}
"""Of the cells of a chart."""

_SANS: Final = "font-family:-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif"
_SERIF: Final = "font-family:Georgia,serif"
_INK, _MUTED, _RULE = COLOURS["ink"], COLOURS["muted"], COLOURS["rule"]
_WRAP: Final = "overflow-wrap:anywhere;word-break:break-word"

STYLES: Final = {
    "page": f"margin:0;padding:0;background:{COLOURS['page']}",
    "paper": f"max-width:600px;width:100%;background:{COLOURS['paper']}",
    "inside": f"padding:28px 32px;{_SANS};font-size:15px;line-height:22px;color:{_INK};{_WRAP}",
    "masthead": (
        f"margin:0;padding:0 0 10px;border-bottom:2px solid {_INK};"
        f"font-size:13px;line-height:18px;color:{_MUTED}"
    ),
    "headline": (f"margin:18px 0 0;{_SERIF};font-size:26px;line-height:33px"),
    "section": (
        f"margin:34px 0 0;padding:8px 0 0;border-top:2px solid {_INK};"
        "font-size:13px;line-height:18px;letter-spacing:.06em;text-transform:uppercase"
    ),
    "kicker": (
        f"margin:24px 0 0;font-size:13px;line-height:18px;font-weight:bold;"
        f"color:{COLOURS['accent']}"
    ),
    "title": (f"margin:2px 0 0;{_SERIF};font-size:20px;line-height:26px"),
    "group": "margin:16px 0 0;font-size:15px;line-height:22px",
    "figures": "margin:6px 0 0;font-weight:bold",
    "link": "color:inherit",
    "text": "margin:6px 0 0",
    "small": f"margin:4px 0 0;font-size:13px;line-height:18px;color:{_MUTED}",
    "quote": f"margin:12px 0 0;padding:0 0 0 12px;border-left:3px solid {_RULE};{_SERIF}",
    "table": (
        "margin:10px 0 0;border-collapse:collapse;font-size:14px;line-height:20px;"
        "font-variant-numeric:tabular-nums"
    ),
    "facts": "margin:10px 0 0;font-size:14px;line-height:20px",
    "name": f"padding:0 14px 0 0;color:{_MUTED}",
    "heads": f"font-size:13px;color:{_MUTED}",
    "head": f"padding:3px 0;border-bottom:1px solid {_RULE};font-weight:normal",
    "cell": f"padding:4px 0;border-bottom:1px solid {_RULE}",
    "chart": (
        "margin:14px 0 0;table-layout:fixed;border-collapse:separate;border-spacing:2px 0;"
        f"border-bottom:1px solid {_MUTED};font-size:1px;line-height:1px"
    ),
    "line": f"margin:0;padding:8px 0;border-bottom:1px solid {_RULE}",
    "foot": (
        f"margin:34px 0 0;padding:12px 0 0;border-top:2px solid {_INK};"
        f"font-size:13px;line-height:19px;color:{_MUTED}"
    ),
    "hidden": "display:none;max-height:0;overflow:hidden;font-size:1px;line-height:1px;opacity:0",
}
