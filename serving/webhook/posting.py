"""One attempt: a request to the address that was set, and to nowhere else."""

from __future__ import annotations

import asyncio
import ssl
import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import certifi
import httpx

from features.errors import InvalidSetting
from features.settings import Settings
from features.webhook import require_secret
from serving.webhook.schedule import Answer
from serving.webhook.signing import signed_headers

__all__ = ["STOPPED", "TIMEOUT_SECONDS", "Receiver", "receiver_of"]

TIMEOUT_SECONDS: Final = 10.0
"""For all of an attempt, from the look-up of the name to the status line."""
STOPPED: Final = Answer(error="stopped in the middle")
"""The answer of an attempt that was cut short because the process is to end."""
_NOTICE_SECONDS: Final = 0.1


@dataclass(frozen=True)
class Receiver:
    """Where messages go.

    Attributes
    ----------
    url, secret
        As of `features.settings.Settings`; neither is ever shown.
    seconds
        That an attempt may take.
    """

    url: str = field(repr=False)
    secret: str = field(repr=False)
    seconds: float = TIMEOUT_SECONDS

    def post(self, message_id: str, body: str, now: datetime, stopped: threading.Event) -> Answer:
        """Sign a message and send it once; an exception is an answer too.

        Redirects are not followed: a signed message goes where it was addressed to. Proxies and
        passwords (.netrc) of the environment are not used, for they were set for other purposes.
        Nothing of the response's body is read.

        Parameters
        ----------
        stopped
            Cuts the attempt short within a tenth of a second; the answer is then `STOPPED`.
        """
        headers = signed_headers(self.secret, message_id, body, now)
        return asyncio.run(self._until_stopped(body.encode(), headers, stopped))

    async def _until_stopped(
        self, content: bytes, headers: dict[str, str], stopped: threading.Event
    ) -> Answer:
        attempt = asyncio.create_task(self._attempt(content, headers))
        while not attempt.done() and not stopped.is_set():
            await asyncio.wait({attempt}, timeout=_NOTICE_SECONDS)
        if attempt.done():
            return attempt.result()
        attempt.cancel()
        await asyncio.wait({attempt})
        return STOPPED if attempt.cancelled() else attempt.result()

    async def _attempt(self, content: bytes, headers: dict[str, str]) -> Answer:
        try:
            async with asyncio.timeout(self.seconds):
                return await self._post(content, headers)
        except TimeoutError:
            return Answer(error=f"no answer within {self.seconds:g} seconds")
        except httpx.ConnectError as error:
            return Answer(error=f"no connection ({_cause_of(error)})")
        except Exception as error:
            # Whatever it is, it counts as an attempt, or the message would be tried for ever. The
            # words of an unforeseen error may quote the address.
            return Answer(error=f"no answer ({type(error).__qualname__})")

    async def _post(self, content: bytes, headers: dict[str, str]) -> Answer:
        client = httpx.AsyncClient(
            verify=trusted(), trust_env=False, follow_redirects=False, timeout=None
        )
        async with (
            client,
            client.stream("POST", self.url, content=content, headers=headers) as response,
        ):
            return Answer(response.status_code, retry_after=response.headers.get("retry-after"))


def receiver_of(settings: Settings) -> Receiver:
    """Give the receiver that the settings name.

    Raises
    ------
    InvalidSetting
        They name none, or no secret.
    """
    if not settings.webhook_url:
        raise InvalidSetting(
            "REDRESS_WEBHOOK_URL is not set",
            "the address of the receiver",
            "Set it, and REDRESS_WEBHOOK_SECRET: `redress webhook secret` makes one.",
        )
    require_secret(settings.webhook_url, settings.webhook_secret)
    return Receiver(settings.webhook_url, settings.webhook_secret)


def trusted() -> ssl.SSLContext:
    """Trust the authorities of this machine, where a company's own may be, and those of certifi."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _cause_of(error: BaseException) -> str:
    """Name the system's error at the bottom, without its words, which may quote the address."""
    while (below := error.__cause__ or error.__context__) is not None:
        error = below
    return type(error).__qualname__
