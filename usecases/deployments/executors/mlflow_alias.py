"""Live is what the alias says: whoever scores loads the model through the alias of the target."""

from usecases.deployments.executors import Order, Outcome, Place, Unavailable
from usecases.runs import mlflow_client as mlflow


class MlflowAlias:
    """Moves an alias of a registered model to the version that goes live."""

    name = "mlflow_alias"

    def deploy(self, order: Order) -> Outcome:
        """Hash the files again, put the alias on the version, take it off every other model, read it back."""
        try:
            return self._deploy(order)
        except mlflow.Unreachable as error:
            raise Unavailable("deployments.server_unreachable", target=order.target) from error

    def _deploy(self, order: Order) -> Outcome:
        if order.place is not None:
            named = {"model": order.place.model, "version": order.version}
            try:
                if order.files and _files(order.place, order.version) != order.files:
                    return Outcome(False, "deployments.files_changed", named)
                mlflow.set_alias(order.place.server_url, order.place.model, order.alias, order.version)
            except mlflow.NotThere:
                return Outcome(False, "deployments.version_gone", named)
        others = [place for place in order.formerly if place != order.place]
        for place in others:
            mlflow.delete_alias(place.server_url, place.model, order.alias)
        wrong = [place for place in others if _behind(place, order.alias)]
        if order.place is not None and _behind(order.place, order.alias) != order.version:
            wrong.append(order.place)
        if wrong:
            return Outcome(False, "deployments.alias_differs", {"alias": order.alias, "model": wrong[0].model})
        return Outcome(True)


def _files(place: Place, version: str) -> dict[str, str]:
    """SHA-256 of every artefact file as it is now: a version in MLflow can be changed after it was approved."""
    return {file.path: file.sha256 for file, _total in mlflow.hash_files(place.server_url, place.model, version)}


def _behind(place: Place, alias: str) -> str:
    """The version behind the alias, empty when there is none."""
    try:
        return mlflow.aliases(place.server_url, place.model).get(alias, "")
    except mlflow.NotThere:
        return ""
