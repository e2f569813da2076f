"""With which encoder a discovery reads."""

from __future__ import annotations

from collections.abc import Sequence

from features.encoder import StudentEncoder
from features.errors import DamagedModel
from features.settings import Settings
from features.teacher import Teacher
from models import theme_encoder
from models.registry import CHAMPION, Registry
from models.themes import Discovery
from training.stages import Stages

__all__ = ["choose_encoder"]


def choose_encoder(
    settings: Settings,
    registry: Registry,
    last: Discovery | None,
    texts: Sequence[str],
    stages: Stages,
) -> StudentEncoder:
    """Choose the encoder: the champion's, else the last discovery's, else one made of these texts.

    Parameters
    ----------
    settings
        Where encoders are kept, and which teacher teaches a new one.
    last
        The last discovery, None before the first.
    texts
        Of the window.
    stages
        Show the progress where an encoder is made, which takes minutes.

    Raises
    ------
    DamagedModel
        When the champion's files are broken.
    """
    if registry.alias_version(CHAMPION) is not None:
        return registry.champion().scorer.overturn.encoder
    if last is not None:
        try:
            return theme_encoder.load(last.encoder, settings.home)
        except DamagedModel:
            pass  # its space is lost, and the themes are known again by their members
    from features.distill import distill

    with stages.stage("distil", f"no model in service: an encoder is made of {len(texts):,} texts"):
        return distill(Teacher(settings.teacher, settings.home / "encoders"), texts).encoder
