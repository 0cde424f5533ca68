"""A page process carries none of the libraries of data science (decision 12)."""

import json
import os
import subprocess
import sys

from tests.parts import ROOT

FORBIDDEN = ["mlflow", "pandas", "sklearn", "scipy", "duckdb", "pyarrow", "numpy"]
CHILD = f"""
import json, sys
from portal.wsgi import application
from django.test import Client
assert application
status = Client(headers={{"Host": "localhost"}}).get("/accounts/sign-in/").status_code
print(json.dumps([status, [name for name in {FORBIDDEN} if name in sys.modules]]))
"""


def test_a_page_is_answered_without_importing_data_science(db):
    from django.db import connection

    from portal.embedded import postgres

    database = postgres.beside(os.environ["DATABASE_URL"], connection.settings_dict["NAME"])
    environment = {**os.environ, "DATABASE_URL": database, "PASSERELLE_WEB_GROUP": "pages"}
    done = subprocess.run(
        [sys.executable, "-c", CHILD], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    status, found = json.loads(done.stdout.splitlines()[-1])
    assert (status, found) == (200, [])
