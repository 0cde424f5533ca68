"""The MLflow server: runs and models in a PostgreSQL database of its own, artefacts in a folder it serves itself."""

import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen


@dataclass(frozen=True)
class Mlflow:
    """One embedded tracking server: its folder, port and the address of its database."""

    folder: Path
    port: int
    database: str

    def prepare(self) -> None:
        """Create the folder of its artefacts, closed to others."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        (self.folder / "artifacts").mkdir(mode=0o700, exist_ok=True)

    @property
    def url(self) -> str:
        """The tracking address."""
        return f"http://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        """The command that runs the server in the foreground; it wants `environment()` too."""
        return [
            *(sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(self.port)),
            *("--workers", "1", "--serve-artifacts", "--artifacts-destination", (self.folder / "artifacts").as_uri()),
        ]

    def environment(self) -> dict[str, str]:
        """What it reads from its environment: the database's password stays off the command line."""
        return {
            # SQLAlchemy would look for another driver than ours by default.
            "MLFLOW_BACKEND_STORE_URI": self.database.replace("postgresql://", "postgresql+psycopg2://", 1),
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "DO_NOT_TRACK": "true",
            "GIT_PYTHON_REFRESH": "quiet",
        }

    def answers(self) -> bool:
        """Whether it serves now."""
        return is_healthy(self.url)


def is_healthy(url: str) -> bool:
    """Whether the tracking server at `url` (http or https) answers its health check within two seconds."""
    if not url.startswith(("http://", "https://")):
        return False
    try:
        with urlopen(f"{url.rstrip('/')}/health", timeout=2) as answer:  # noqa: S310 - the scheme is checked above
            return bool(answer.status == 200)
    except (URLError, OSError, ValueError):
        return False
