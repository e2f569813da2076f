"""The tree of the intake's parts: each rise, fall and change found once, where it is plainest."""

from __future__ import annotations

from models.tree.intake import Intake, InvalidIntake
from models.tree.judging import Judged, TreeConfig, judge

__all__ = ["Intake", "InvalidIntake", "Judged", "TreeConfig", "judge"]
