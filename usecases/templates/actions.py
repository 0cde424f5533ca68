"""What people do with templates: make one of a use case, archive it, start from it or from a stopped case."""

from itertools import count
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from portal import clock
from portal.audit import record as audit
from portal.errors import BadInput, Refused
from portal.people import rights
from portal.people.models import Team, User
from usecases.catalog import actions as catalog
from usecases.catalog.models import Stage, UseCase
from usecases.templates import seeds
from usecases.templates.models import Start, Template


def make_template(use_case: UseCase, *, by: User, name: str, about: str = "") -> Template:
    """Keep what is worth copying of a use case as a template, which everybody in the organisation may start from.

    Raises NotAllowed, BadInput without a name, Refused when there is one of this name.
    """
    rights.require(by, "template.make", use_case.team)
    name, about = _words(name), _words(about)
    if not name or len(name) > 120:
        raise BadInput.of(_("Nothing was written."), {"name": _("Give it a name of at most 120 characters.")})
    try:
        with transaction.atomic():
            template = Template.objects.create(
                name=name,
                slug=_free(name),
                about=about,
                content=seeds.take(use_case),
                made_from=use_case,
                created_by=by,
            )
            audit.record("template.made", template, by=by, team=use_case.team, use_case=use_case.slug)
    except IntegrityError as error:
        raise Refused(_("There is a template of this name already.")) from error
    return template


def archive_template(template: Template, *, by: User) -> None:
    """Offer a template no more; what started from it keeps its link. Raises NotAllowed, Refused when it is archived."""
    rights.require(by, "template.archive")
    with transaction.atomic():
        if not Template.objects.filter(pk=template.pk, archived_at=None).update(archived_at=clock.now()):
            raise Refused(_("This template is archived already."))
        audit.record("template.archived", template, by=by)


def start(team: Team, source: UseCase | Template, *, by: User, name: str, slug: str = "") -> UseCase:
    """Open a use case in exploration with the words and the KPIs' meaning of a template or of a stopped case.

    It links back. The source must be one that `by` may see. Raises NotAllowed, BadInput, Refused for a case that is not
    stopped or a template that is archived.
    """
    rights.require(by, "usecase.create", team)
    with transaction.atomic():
        if isinstance(source, Template):
            if source.archived_at is not None:
                raise Refused(_("This template is archived already."))
            seed = source.content
        else:
            if source.stage != Stage.STOPPED:
                raise Refused(_("One starts from a case that was stopped; of another one, a template is made."))
            seed = seeds.take(source)
        told: dict[str, Any] = {key: seed["description"].get(key, "") for key in seeds.DESCRIPTION}
        use_case = catalog.create_use_case(team, by=by, name=name, slug=slug, **told)
        linked = {"template": source} if isinstance(source, Template) else {"source": source}
        Start.objects.create(use_case=use_case, **linked)
        planted = seeds.plant(use_case, seed, by=by)
        audit.record("usecase.started_from", use_case, by=by, team=team, use_case=use_case.slug, kpis=planted)
    return use_case


def _words(text: str) -> str:
    if "\x00" in text:
        raise BadInput(_("This holds a NUL character."))
    return text.strip()


def _free(name: str) -> str:
    base = slugify(name)[:50].strip("-") or "template"
    taken = set(Template.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for at in count(1) if (slug := base if at == 1 else f"{base}-{at}") not in taken)
