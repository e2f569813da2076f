"""Style, script and the chart library: each under a name that changes with its content.

A browser keeps them for a year and never asks again. The chart library is the one that
vl-convert-python carries: it is made once a process, when a page with a chart is first asked for.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

PREFIX: Final = "/static/"
LIBRARY: Final = "vega.js"
_SNIPPET: Final = "window.vegaEmbed = vegaEmbed;"
_TYPES: Final = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}
_HEADERS: Final = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Vary": "Accept-Encoding",
}


@dataclass(frozen=True)
class StaticFile:
    """A file, as it is and compressed."""

    content: bytes
    media_type: str

    @cached_property
    def compressed(self) -> bytes:
        """The content in gzip."""
        return gzip.compress(self.content, mtime=0)


class StaticFiles:
    """The files that pages ask for.

    Attributes
    ----------
    urls
        The address of each by its plain name: `dashboard.css`, `dashboard.js`, `vega.js`.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        folder = files("serving.dashboard") / "static"
        contents = {
            item.name: item.read_bytes()
            for item in folder.iterdir()
            if item.name.rpartition(".")[2] in _TYPES
        }
        self._files = {name: _file(name, content) for name, content in contents.items()}
        marks = {name: _mark(content) for name, content in contents.items()}
        # What it will hold follows from these alone; making it takes more than a second.
        marks[LIBRARY] = _mark(f"{version('vl-convert-python')} {_SNIPPET}".encode())
        self.urls: Mapping[str, str] = {
            name: f"{PREFIX}{_marked(name, mark)}" for name, mark in marks.items()
        }
        self._names = {url.removeprefix(PREFIX): name for name, url in self.urls.items()}

    def find(self, marked: str) -> StaticFile | None:
        """Give the file of a name with its mark; None where there is none."""
        name = self._names.get(marked)
        if name is None:
            return None
        with self._lock:
            if name not in self._files:
                self._files[name] = _file(name, _library())
        return self._files[name]


def static_response(request: Request, file: StaticFile) -> Response:
    """Send a file, compressed where the browser takes it."""
    headers = dict(_HEADERS)
    content = file.content
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"], content = "gzip", file.compressed
    return Response(content, media_type=file.media_type, headers=headers)


def _file(name: str, content: bytes) -> StaticFile:
    return StaticFile(content, _TYPES[name.rpartition(".")[2]])


def _mark(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def _marked(name: str, mark: str) -> str:
    stem, _, ending = name.rpartition(".")
    return f"{stem}-{mark}.{ending}"


def _library() -> bytes:
    import vl_convert

    bundle: str = vl_convert.javascript_bundle(_SNIPPET)
    return bundle.encode()
