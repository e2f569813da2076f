"""What stands behind the slots of a phrase: the facts of the case, and numbers, names, dates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from training.sample.language.dice import Dice
from training.sample.language.grammar import Grammar

CURRENCY: Final = {
    "SG": ("S$", 1.35),
    "PH": ("PHP ", 57.0),
    "ID": ("Rp ", 16_000.0),
    "VN": ("VND ", 25_500.0),
    "TH": ("THB ", 36.0),
}
"""Market -> how money is written, and how much of it a US dollar is."""
_DIALLING: Final = {"SG": "+65 8", "PH": "+63 9", "ID": "+62 8", "VN": "+84 9", "TH": "+66 8"}
_HANDLES: Final = (
    "sunrise", "mayflower", "bluebay", "dailyfinds", "nurul.h", "kwan.li", "tuan.pham", "somchai.p",
    "rosa.delacruz", "hendra", "minhanh", "weiling", "ploy.store", "jun.trading", "orchid.home",
    "dewi.s", "happycart", "markreyes", "lotus9", "goodmood",
)  # fmt: skip
_HOSTS: Final = ("example.com", "example.org", "example.net", "mail.example", "shop.example")


@dataclass(frozen=True)
class Facts:
    """What a text may mention of its case."""

    filed: datetime
    market: str
    policy: str
    category: str
    courier: str
    stake: float
    seller_age_days: float


class Slots(dict[str, str]):
    """Fillings of one text, found when first asked for and kept, so that a text agrees with itself.

    Parameters
    ----------
    facts
        The case.
    grammar
        The language.
    dice
        The dice.
    """

    def __init__(self, facts: Facts, grammar: Grammar, dice: Dice) -> None:
        super().__init__()
        self._facts = facts
        self._grammar = grammar
        self._dice = dice

    def __missing__(self, name: str) -> str:
        """Fill a slot for the first time."""
        make = FILLINGS.get(name)
        if make is not None:
            filling = make(self._facts, self._grammar, self._dice)
        else:
            filling = self._dice.pick(self._grammar.words[name])
        self[name] = filling
        return filling


def _product(facts: Facts, grammar: Grammar, dice: Dice) -> str:
    return dice.pick(grammar.products[facts.category])


def _policy(facts: Facts, grammar: Grammar, dice: Dice) -> str:
    return dice.pick(grammar.policies[facts.policy])


def _courier(facts: Facts, grammar: Grammar, dice: Dice) -> str:  # noqa: ARG001 - a filling
    return facts.courier


def _date(facts: Facts, grammar: Grammar, dice: Dice) -> str:
    day = facts.filed - timedelta(days=dice.number(2, 40))
    slots = {"day": str(day.day), "month": grammar.months[day.month - 1], "number": str(day.month)}
    return dice.pick(grammar.dates).speak(dice, slots)


def _month_year(facts: Facts, grammar: Grammar, dice: Dice) -> str:
    return _month(facts.filed - timedelta(days=dice.number(30, 700)), grammar, dice)


def _valid_until(facts: Facts, grammar: Grammar, dice: Dice) -> str:
    return _month(facts.filed + timedelta(days=dice.number(60, 1_000)), grammar, dice)


def _month(day: datetime, grammar: Grammar, dice: Dice) -> str:
    slots = {
        "month": grammar.months[day.month - 1],
        "number": str(day.month),
        "year": str(day.year),
    }
    return grammar.month_year.speak(dice, slots)


def _amount(facts: Facts, grammar: Grammar, dice: Dice) -> str:  # noqa: ARG001 - a filling
    sign, rate = CURRENCY[facts.market]
    money = facts.stake * rate
    return f"{sign}{round(money, -2 if money > 5_000 else 0):,.0f}"


def _tenure(facts: Facts, grammar: Grammar, dice: Dice) -> str:  # noqa: ARG001 - a filling
    months, years = grammar.tenure
    if facts.seller_age_days < 700:
        return months.replace("#", str(max(2, round(facts.seller_age_days / 30))))
    return years.replace("#", str(round(facts.seller_age_days / 365)))


def _order(facts: Facts, grammar: Grammar, dice: Dice) -> str:  # noqa: ARG001 - a filling
    number = dice.digits(dice.number(6, 9))
    return dice.pick((f"#{number}", f"{facts.market}-{number}", number, f"{facts.market}{number}"))


def _tracking(facts: Facts, grammar: Grammar, dice: Dice) -> str:  # noqa: ARG001 - a filling
    initials = "".join(word[0] for word in facts.courier.split()).upper()
    return f"{initials}{dice.digits(10)}{facts.market}"


def _phone(facts: Facts, grammar: Grammar, dice: Dice) -> str:  # noqa: ARG001 - a filling
    return f"{_DIALLING[facts.market]}{dice.digits(3)} {dice.digits(4)}"


def _email(facts: Facts, grammar: Grammar, dice: Dice) -> str:  # noqa: ARG001 - a filling
    return f"{dice.pick(_HANDLES)}{dice.digits(2)}@{dice.pick(_HOSTS)}"


def _account(facts: Facts, grammar: Grammar, dice: Dice) -> str:  # noqa: ARG001 - a filling
    return f"{dice.digits(3)}-{dice.digits(5)}-{dice.digits(2)}"


def _reference(facts: Facts, grammar: Grammar, dice: Dice) -> str:  # noqa: ARG001 - a filling
    return f"{dice.pick(('NA', 'TR', 'REG', 'BR', 'CE'))}{dice.digits(2)}-{dice.digits(5)}"


def _count(facts: Facts, grammar: Grammar, dice: Dice) -> str:  # noqa: ARG001 - a filling
    return str(dice.number(3, 90))


def _days(facts: Facts, grammar: Grammar, dice: Dice) -> str:  # noqa: ARG001 - a filling
    return str(dice.number(2, 21))


def _few(facts: Facts, grammar: Grammar, dice: Dice) -> str:  # noqa: ARG001 - a filling
    return str(dice.number(2, 6))


FILLINGS: Final[dict[str, Callable[[Facts, Grammar, Dice], str]]] = {
    "product": _product,
    "policy": _policy,
    "courier": _courier,
    "date": _date,
    "other_date": _date,
    "month_year": _month_year,
    "valid_until": _valid_until,
    "amount": _amount,
    "tenure": _tenure,
    "order": _order,
    "other_order": _order,
    "tracking": _tracking,
    "phone": _phone,
    "email": _email,
    "account": _account,
    "reference": _reference,
    "count": _count,
    "days": _days,
    "few": _few,
}
