"""What the endpoints under a use case share."""

from django.db import models
from django.shortcuts import get_object_or_404

from portal.api.endpoints import Endpoint
from usecases.catalog.models import UseCase


class OfUseCase(Endpoint):
    """An address under `use-cases/<slug>/`: 404 unless the token's owner may see the use case."""

    use_case: UseCase

    def load(self) -> None:
        """The use case with its team. Raises Http404."""
        visible = UseCase.objects.visible_to(self.person).select_related("team")
        self.use_case = get_object_or_404(visible, slug=self.kwargs["slug"])

    def lock(self, thing: models.Model) -> None:
        """The use case first, as the actions do, then the thing: no two wait for each other in a circle."""
        super().lock(self.use_case)
        if thing != self.use_case:
            super().lock(thing)
