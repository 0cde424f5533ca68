"""MLflow is input from outside: where it says that files are, what it calls its runs."""

import pytest

from usecases.runs import mlflow_client
from usecases.runs.mlflow_client import IDENTIFIER

SERVER = "http://mlflow.example:5000"


@pytest.mark.parametrize(
    "source",
    [
        "file:///etc",
        "/etc",
        "../../etc",
        "http://169.254.169.254/latest/meta-data",
        "https://mlflow.example:5000/files",
        "s3://bucket/model",
        "ftp://elsewhere/model",
        "models:/another/1",
        "runs:/abc/model",
        "mlflow-artifacts://169.254.169.254:80/model",
        "mlflow-artifacts://evil@mlflow.example:5000/model",
        "mlflow-artifacts:/1/../../etc",
        "mlflow-artifacts:/1/%252e%252e/etc",
        "mlflow-artifacts:/1/model#/../../etc",
        "mlflow-artifacts:/1/model?x",
    ],
)
def test_a_worker_reads_no_files_from_anywhere_else(source):
    with pytest.raises(ValueError, match=r"not served by|leads outside"):
        mlflow_client._refuse_elsewhere(source, SERVER)


@pytest.mark.parametrize(
    "source", ["mlflow-artifacts:/1/ab/artifacts/model", "mlflow-artifacts://mlflow.example:5000/1"]
)
def test_files_that_the_server_serves_are_read(source):
    mlflow_client._refuse_elsewhere(source, SERVER)


@pytest.mark.parametrize("name", ["a/b", "..", "", "a\0", "a'b", "é", "x" * 65, "a\n"])
def test_what_cannot_be_an_address_is_no_run(name):
    assert IDENTIFIER.fullmatch(name) is None


def test_an_impossible_run_is_not_found(use_case, data, sign_in):
    assert sign_in(data).get("/use-cases/spring/runs/%00/").status_code == 404
