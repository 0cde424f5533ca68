"""The organisation's tree of sites: what is below a place, and how many use cases are there."""

from collections.abc import Mapping

from portal.people.models import User
from usecases.catalog.models import Site, UseCase, UseCaseSite


def under(slug: str) -> list[int]:
    """The site of this slug and everything below it, by primary key; nothing when there is none."""
    site = Site.objects.filter(slug=slug).first()
    return list(site.descendants(include_self=True).values_list("pk", flat=True)) if site else []


def use_cases_below(user: User) -> Mapping[int, int]:
    """How many distinct use cases this person sees at each site or below it, by primary key (two queries)."""
    served = UseCaseSite.objects.filter(use_case__in=UseCase.objects.visible_to(user))
    paths = dict(Site.objects.with_tree_fields().filter(served_use_cases__isnull=False).values_list("pk", "tree_path"))
    held: dict[int, set[int]] = {}
    for site_id, use_case_id in served.order_by().values_list("site_id", "use_case_id"):
        for above in paths.get(site_id, ()):
            held.setdefault(above, set()).add(use_case_id)
    return {site_id: len(found) for site_id, found in held.items()}
