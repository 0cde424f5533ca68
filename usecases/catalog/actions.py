"""What people do in the catalogue: use cases, the sites they serve, the sites of the organisation."""

from collections.abc import Collection, Iterable
from itertools import count
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _

from portal import clock
from portal.audit import record as audit
from portal.errors import BadInput, Problem, Refused
from portal.people import rights
from portal.people.models import Team, User
from usecases.catalog.models import TAG_LENGTH, Health, Score, Site, UseCase, UseCaseScore, UseCaseSite
from usecases.catalog.transitions import UNWATCHED

# What the data, the algorithm and the risk are.
MEANS = (*("data_availability", "data_frequency", "annotation_capacity", "algorithm", "algorithm_reason", "risk_tier"),)
DESCRIPTION = (
    *("name", "decision", "decision_users", "problem", "hypothesis", "currency", "tags", "is_shared", "data_note"),
    *MEANS,
)
MOST_TAGS = 20
# …/use-cases/new/ is the form that opens one
RESERVED = "new"


@transaction.atomic
def create_use_case(
    team: Team,
    *,
    by: User,
    name: str,
    slug: str = "",
    decision: str = "",
    decision_users: str = "",
    problem: str = "",
    hypothesis: str = "",
    currency: str = "EUR",
    tags: Iterable[str] = (),
    data_note: str = "",
    **means: str,
) -> UseCase:
    """Open a use case in exploration; its slug is made from the name unless given, and never changes.

    `means`: any of the fields of MEANS. Raises NotAllowed, BadInput for an empty name, a taken slug, a wrong currency,
    a tag that is too long, an availability or a tier that is none, TypeError for a field that is not of these.
    """
    rights.require(by, "usecase.create", team)
    _of_the_description(means, MEANS)
    now = clock.now()
    use_case = UseCase(
        team=team,
        name=_named(name),
        slug=_new_slug(UseCase.objects.all(), slug, name),
        decision=decision.strip(),
        decision_users=decision_users.strip(),
        problem=problem.strip(),
        hypothesis=hypothesis.strip(),
        currency=currency,
        tags=_tags(tags),
        data_note=data_note.strip(),
        **{field: value.strip() for field, value in means.items()},
        stage_since=now,
        health=Health.UNKNOWN,
        health_since=now,
        health_code=UNWATCHED,
        created_by=by,
    )
    _write(use_case)
    audit.record("usecase.created", use_case, by=by, team=team, use_case=use_case.slug, team_name=team.name)
    return use_case


@transaction.atomic
def edit_use_case(use_case: UseCase, *, by: User, **changes: Any) -> UseCase:
    """Rewrite the description (the fields of DESCRIPTION given); nothing is written when nothing changed.

    Raises NotAllowed, BadInput for what the model cannot hold, TypeError for a field that is not of the description.
    """
    rights.require(by, "usecase.edit", use_case.team)
    _of_the_description(changes, DESCRIPTION)
    if "name" in changes:
        changes["name"] = _named(changes["name"])
    if "tags" in changes:
        changes["tags"] = _tags(changes["tags"])
    before = {field: getattr(use_case, field) for field, value in changes.items() if getattr(use_case, field) != value}
    if not before:
        return use_case
    after = {field: changes[field] for field in before}
    for field, value in after.items():
        setattr(use_case, field, value)
    _write(use_case, list(after))
    _tell("usecase.edited", use_case, use_case, by=by, before=before, after=after, fields=", ".join(sorted(after)))
    return use_case


@transaction.atomic
def score_use_case(
    use_case: UseCase, *, by: User, value: int, feasibility: int, reason: str = "", seen: tuple[int | None, int | None]
) -> UseCaseScore:
    """Judge the value and the feasibility of a use case, from 1 (very low) to 5; `seen`: the pair one started from.

    Raises NotAllowed, BadInput for another number, Refused when somebody else judged it meanwhile or nothing changes.
    """
    rights.require(by, "usecase.score", use_case.team)
    judged = {"value_score": value, "feasibility_score": feasibility}
    wrong = {field: _("From 1, very low, to 5, very high.") for field, n in judged.items() if n not in Score.values}
    if wrong:
        raise BadInput.of(
            _("Nothing was written."), {field.removesuffix("_score"): said for field, said in wrong.items()}
        )
    before = dict(zip(judged, seen, strict=True))
    if judged == before:
        raise Refused(_("This is what it is judged to be already."))
    told = {"scored_at": clock.now(), "scored_by": by}
    if not UseCase.objects.filter(pk=use_case.pk, **before).update(**judged, **told):
        raise Refused(_("Somebody else judged it in the meantime: look at the page again."))
    for field, now in (judged | told).items():
        setattr(use_case, field, now)
    score = UseCaseScore(use_case=use_case, value=value, feasibility=feasibility, reason=reason.strip(), by=by)
    _write(score)
    _tell("usecase.scored", score, use_case, by=by, before=before, after=judged, value=value, feasibility=feasibility)
    return score


@transaction.atomic
def serve_site(use_case: UseCase, site: Site, *, by: User, specifics: str = "") -> UseCaseSite:
    """Serve a site, or rewrite what is particular there when it is served already. Raises NotAllowed."""
    rights.require(by, "usecase.edit", use_case.team)
    specifics = specifics.strip()
    served, is_new = UseCaseSite.objects.select_for_update().get_or_create(
        use_case=use_case, site=site, defaults={"specifics": specifics}
    )
    if is_new:
        _tell("usecase.site_served", served, use_case, by=by, after={"specifics": specifics})
    elif served.specifics != specifics:
        before = {"specifics": served.specifics}
        served.specifics = specifics
        served.save(update_fields=["specifics"])
        _tell("usecase.site_specifics", served, use_case, by=by, before=before, after={"specifics": specifics})
    return served


@transaction.atomic
def leave_site(use_case: UseCase, site: Site, *, by: User) -> None:
    """Serve a site no longer; what was particular there stays in the journal. Raises NotAllowed, or Refused."""
    rights.require(by, "usecase.edit", use_case.team)
    served = UseCaseSite.objects.filter(use_case=use_case, site=site).select_related("site").first()
    if served is None:
        raise Refused(_("%(site)s is not served by this use case.") % {"site": site})
    _tell("usecase.site_left", served, use_case, by=by, before={"specifics": served.specifics})
    served.delete()


@transaction.atomic
def create_site(*, by: User, name: str, slug: str = "", kind: str = "", parent: Site | None = None) -> Site:
    """Add a place to the organisation's tree. Raises NotAllowed, and BadInput when its parent has one of that name."""
    rights.require(by, "site.manage")
    name = _named(name)
    if Site.objects.filter(parent=parent, name__iexact=name).exists():
        raise BadInput.of(_("The site was not created."), {"name": _("A site of this name is already there.")})
    site = Site(name=name, slug=_new_slug(Site.objects.all(), slug, name), kind=kind.strip(), parent=parent)
    _write(site)
    audit.record("site.created", site, by=by, after={"parent": parent.slug if parent else None, "kind": site.kind})
    return site


def _tell(verb: str, target: Model, use_case: UseCase, *, by: User, **told: Any) -> None:
    audit.record(verb, target, by=by, team=use_case.team, use_case=use_case.slug, **told)


def _write(thing: Model, fields: Collection[str] | None = None) -> None:
    """Save these fields (None: a new row), or say in the model's own words what it cannot hold."""
    others = {field.name for field in thing._meta.fields} - set(fields) if fields is not None else set()
    try:
        thing.full_clean(exclude=others)
        with transaction.atomic():
            thing.save(force_insert=fields is None, update_fields=fields)
    except ValidationError as error:
        problems = [Problem(field, " ".join(texts)) for field, texts in error.message_dict.items()]
        raise BadInput(_("Nothing was written."), problems) from error
    except IntegrityError as error:
        raise Refused(_("Somebody else has just taken this name: try again.")) from error


def _of_the_description(given: Iterable[str], known: Iterable[str]) -> None:
    if foreign := set(given) - set(known):
        raise TypeError(f"not in the description of a use case: {sorted(foreign)}")


def _named(name: str) -> str:
    if not name.strip():
        raise BadInput.of(_("Nothing was written."), {"name": _("Give it a name.")})
    return name.strip()


def _tags(given: Iterable[str]) -> list[str]:
    """Each tag once, whatever its capitals, in the order given."""
    each: dict[str, str] = {}
    for tag in (" ".join(tag.split()) for tag in given):
        each.setdefault(tag.casefold(), tag)
    found = [tag for tag in each.values() if tag]
    if len(found) > MOST_TAGS or any(len(tag) > TAG_LENGTH for tag in found):
        sentence = _("At most %(most)s tags of %(length)s characters each.")
        words = {"most": MOST_TAGS, "length": TAG_LENGTH}
        raise BadInput.of(_("Nothing was written."), {"tags": sentence % words})
    return found


def _new_slug(rows: QuerySet[Any], given: str, name: str) -> str:
    """The slug asked for if these rows do not have it yet, else one made from the name."""
    if not given:
        return _free(slugify(name)[:50].strip("-") or rows.model._meta.model_name or "", rows)
    if given == RESERVED or rows.filter(slug=given).exists():
        raise BadInput.of(_("Nothing was written."), {"slug": _("This address is taken.")})
    return given


def _free(base: str, rows: QuerySet[Any]) -> str:
    taken = {RESERVED, *rows.filter(slug__startswith=base).values_list("slug", flat=True)}
    candidates: Iterable[str] = (base if number == 1 else f"{base}-{number}" for number in count(1))
    return next(slug for slug in candidates if slug not in taken)
