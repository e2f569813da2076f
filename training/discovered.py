"""What a discovery gave, whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.alarm_book import Raised
from models.alarms import Turn
from models.catalog import Shown
from models.themes import Event, Found
from training.emergence import Emergence

__all__ = ["Discovered"]


@dataclass(frozen=True, eq=False)
class Discovered:
    """What a discovery gave.

    Attributes
    ----------
    found
        The themes that went into the catalogue.
    emergence
        What was out of line, as it went there too.
    shown
        The themes as the catalogue shows them now.
    raised
        The open alarms as it has them now.
    seconds
        By stage.
    run_id
        Of the MLflow run; empty before it is logged.
    """

    found: Found
    emergence: Emergence
    shown: Shown
    raised: Raised
    seconds: Mapping[str, float]
    run_id: str = ""

    @property
    def figures(self) -> dict[str, float]:
        """Its figures by name; one that does not apply is left out."""
        figures = self._of_themes() | self._of_alarms()
        figures |= {f"seconds_{stage}": value for stage, value in self.seconds.items()}
        return {name: float(value) for name, value in figures.items() if value is not None}

    def _of_themes(self) -> dict[str, float | None]:
        discovery = self.found.discovery
        events = [descent.event for descent in self.found.descents]
        return {
            "appeals": discovery.appeals,
            "themes": len(self.found.portraits),
            "suppressed": self.shown.suppressed,
            "unassigned_share": discovery.unassigned / discovery.appeals,
            "campaigns": discovery.campaigns,
            "copies": discovery.copies,
            "resolution": discovery.resolution,
            "agreement": discovery.agreement,
            "recall": discovery.recall,
            "persistence": discovery.persistence,
            "seconds": discovery.seconds,
            **{f"themes_{event}": events.count(event) for event in Event},
        }

    def _of_alarms(self) -> dict[str, float | None]:
        scan = self.emergence.scan
        turns = [
            day.turn
            for alarm in self.raised.alarms
            for day in alarm.history
            if day.as_of == self.found.discovery.as_of
        ]
        return {
            "alarms_open": len(self.raised.alarms),
            **{f"alarms_{turn}": turns.count(turn) for turn in Turn},
            "alarms_suppressed": self.emergence.suppressed,
            "scan_p": scan.p,
            "scan_shuffles": scan.shuffles,
            "scan_widening": scan.widening.factor,
            **{f"tests_{kind}": number for kind, number in self.emergence.tests.items()},
        }
