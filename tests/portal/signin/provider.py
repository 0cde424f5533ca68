"""A real provider of OpenID Connect, in a process of its own."""

import sys
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

from portal.embedded import processes
from portal.signin.providers import Provider


@dataclass(frozen=True)
class RunningProvider:
    """Where it listens."""

    url: str

    def tell(self, subject: str, **claims: Any) -> None:
        """Say who this is from now on."""
        requests.put(f"{self.url}/users/{subject}", json=claims, timeout=5).raise_for_status()

    def consent(self, address: str, subject: str) -> str:
        """Sign in there as this person, who agrees; returns the path that leads back here."""
        return self._answer(address, {"sub": subject})

    def refuse(self, address: str) -> str:
        """Sign in there and refuse; returns the path that leads back."""
        return self._answer(address, {"action": "deny"})

    def configured(self, **options: Any) -> Provider:
        """The settings of this provider."""
        return Provider("acme", "Acme", self.url, "passerelle", "secret", **options)

    @staticmethod
    def _answer(address: str, form: dict[str, str]) -> str:
        answer = requests.post(address, data=form, allow_redirects=False, timeout=5)
        back = urlsplit(answer.headers["Location"])
        return f"{back.path}?{back.query}"


def start(port: int, log: Any) -> Any:
    """Start it; the child."""
    return processes.spawn([sys.executable, "-m", "oidc_provider_mock", "--port", str(port)], log=log)
