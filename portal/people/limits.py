"""Roles that count only below a site of the tree, or only in an environment."""

from collections.abc import Collection
from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _


class SiteWithin(models.Func):
    """Whether a site is another one or lies somewhere below it; below null (the whole organisation) is everything."""

    function = "site_within"
    output_field = models.BooleanField()


class LimitedQuerySet(models.QuerySet[Any]):
    """Questions of roles that may be limited."""

    def reaching(self, site: Any, environment: Any) -> "LimitedQuerySet":
        """Those that reach a site and an environment (keys or expressions; null is reached without a limit only)."""
        return self.filter(_reaching(site, environment))

    def reaching_any(self, places: Collection[tuple[Any, Any]]) -> "LimitedQuerySet":
        """Those that reach one at least of these pairs of a site and an environment (keys)."""
        return self.filter(reduce(or_, (_reaching(*one) for one in places), models.Q(pk__in=[])))

    def at(self, moment: Any) -> "LimitedQuerySet":
        """Those with a beginning and an end that count at a moment."""
        return self.filter(models.Q(until=None) | models.Q(until__gt=moment), since__lte=moment)


def _reaching(site: Any, environment: Any) -> models.Q:
    there = models.Q(environment=None) | models.Q(environment=environment)
    return models.Q(there, SiteWithin(site, models.F("site_id")))


class Limited(models.Model):
    """A role, everywhere or only below a site and in an environment. Sites and environments are features above."""

    site = models.ForeignKey(
        "usecases.Site",
        verbose_name=_("Only at this site and below"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    environment = models.ForeignKey(
        "usecases.Environment",
        verbose_name=_("Only in this environment"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        abstract = True

    @property
    def limits(self) -> str:
        """Where it counts, in words; empty for everywhere."""
        return ", ".join(str(one) for one in (self.site, self.environment) if one is not None)


def limit_fields(model: type[Limited]) -> dict[str, forms.Field]:
    """The two fields of a form in which limits are chosen."""
    fields: dict[str, Any] = {name: model._meta.get_field(name) for name in ("site", "environment")}
    return {name: field.formfield(empty_label=_("Everywhere")) for name, field in fields.items()}
