"""What people do with views of lists: save, change, copy, delete, open by default."""

from django.db import IntegrityError, transaction
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from portal.audit.record import record
from portal.errors import BadInput, NotAllowed
from portal.people import rights
from portal.people.models import Team, User
from portal.saved_views.models import Audience, DefaultView, SavedView


@transaction.atomic
def save_view(
    *,
    by: User,
    name: str,
    path: str,
    list_key: str,
    list_title: str,
    query: str,
    audience: str = Audience.PRIVATE,
    team: Team | None = None,
) -> SavedView:
    """Keep a list's query string under a name. Raises BadInput for a taken name or a page that is not one of ours.

    Raises NotAllowed when this person may not share with this audience.
    """
    _require_page(path)
    view = SavedView(owner=by, path=path, list_key=list_key, list_title=list_title[:120], query=query)
    _write(view, by=by, name=name, audience=audience, team=team)
    record("view.saved", view, by=by, team=view.team, after=_told(view))
    return view


@transaction.atomic
def change_view(
    view: SavedView, *, by: User, name: str, audience: str, team: Team | None = None, query: str | None = None
) -> SavedView:
    """Rename, share otherwise, or (`query`) keep another state. Only its owner; raises NotAllowed, BadInput."""
    require_owner(view, by)
    before = _told(view)
    view.query = view.query if query is None else query
    _write(view, by=by, name=name, audience=audience, team=team)
    record("view.changed", view, by=by, team=view.team, before=before, after=_told(view))
    return view


@transaction.atomic
def copy_view(view: SavedView, *, by: User) -> SavedView:
    """A private copy of a view one may use, under a free name."""
    taken = set(SavedView.objects.filter(owner=by, path=view.path, list_key=view.list_key).values_list("name"))
    names = (f"{view.name[:72]} ({number})" if number > 1 else view.name for number in range(1, len(taken) + 2))
    name = next(name for name in names if (name,) not in taken)
    return save_view(
        by=by, name=name, path=view.path, list_key=view.list_key, list_title=view.list_title, query=view.query
    )


@transaction.atomic
def delete_view(view: SavedView, *, by: User) -> None:
    """Forget a view, for everybody who used it; the rows it found are untouched. Only its owner."""
    require_owner(view, by)
    record("view.deleted", view, by=by, team=view.team, before=_told(view))
    view.delete()


@transaction.atomic
def open_by_default(view: SavedView, *, by: User, wanted: bool = True) -> None:
    """Find this view when opening its list, or no longer. A wish of one person: not in the journal."""
    if wanted:
        DefaultView.objects.update_or_create(user=by, path=view.path, list_key=view.list_key, defaults={"view": view})
    else:
        DefaultView.objects.filter(user=by, view=view).delete()


def _write(view: SavedView, *, by: User, name: str, audience: str, team: Team | None) -> None:
    view.name, view.audience = name.strip(), audience
    view.team = team if audience == Audience.TEAM else None
    if not view.name:
        raise BadInput.of(_("Nothing was saved."), {"name": _("Give it a name.")})
    if audience == Audience.TEAM and team is None:
        raise BadInput.of(_("Nothing was saved."), {"team": _("Choose the team to share it with.")})
    if audience == Audience.TEAM:
        rights.require(by, "view.share_team", team)
    if audience == Audience.ORGANISATION:
        rights.require(by, "view.share_organisation")
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        raise BadInput.of(
            _("Nothing was saved."), {"name": _("You have a view of this name on this list already.")}
        ) from error


def require_owner(view: SavedView, by: User) -> None:
    """Raise NotAllowed, with what one may do instead, unless it is theirs."""
    if view.owner_id != by.pk:
        raise NotAllowed(_("Only %(owner)s changes this view. Copy it to make it yours.") % {"owner": view.owner})


def _require_page(path: str) -> None:
    """Only pages of the portal: a saved view never leads elsewhere."""
    try:
        if path.startswith("//"):
            raise Resolver404
        resolve(path)
    except Resolver404 as error:
        raise BadInput.of(_("Nothing was saved."), {"path": _("This is not a page of the portal.")}) from error


def _told(view: SavedView) -> dict[str, str]:
    return {"name": view.name, "path": view.path, "query": view.query, "audience": view.audience}
