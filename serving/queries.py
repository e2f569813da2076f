"""What is asked in the query of a path."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request

from serving.problems import Problem


def require_known(request: Request, *names: str) -> None:
    """Refuse parameters that would be ignored: whoever misspells one must not believe it counts.

    Raises
    ------
    Problem
        422 where the query has another parameter than these.
    """
    unknown = sum(name not in names for name in request.query_params.keys())  # noqa: SIM118
    if unknown:
        expected = f"none but {', '.join(names)}" if names else "none"
        detail = f"{unknown} unknown parameter(s) in the query; expected {expected}"
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-parameter", detail)
