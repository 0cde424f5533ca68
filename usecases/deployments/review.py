"""What somebody who decides on a deployment looks at: what changes, what was checked, whom it touches, the way back."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.registry import Tone
from portal.ui import wording
from usecases.catalog.models import Site, UseCaseSite
from usecases.deployments.actions import way_back
from usecases.deployments.models import Deployment, DeploymentKind, DeploymentStatus, Release, ReleaseKind
from usecases.runs.beats import DIRECTION, METRIC, digits

SHOWN = 6


@dataclass(frozen=True, slots=True)
class Change:
    """One line of "what changes"; `then` is what is proposed."""

    label: str
    now: str
    then: str

    @property
    def same(self) -> bool:
        """Nothing changes on this line."""
        return self.now == self.then


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    tone: Tone
    title: str
    detail: str

    @property
    def word(self) -> str:
        """What its tone means."""
        return {"ok": _("Passed"), "warn": _("Warning"), "err": _("Failed"), "unk": _("Unknown")}[self.tone]


@dataclass(slots=True)
class Node:
    """A site in the tree: what is live there, whether the request is for it."""

    site: Site
    live: str = ""
    served: bool = False
    hit: bool = False
    children: list["Node"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Review:
    """Everything the page shows beside the deployment itself."""

    verdict: str
    comparison: str
    changes: list[Change]
    checks: list[Check]
    tree: list[Node]
    sites: int
    back: Release | None
    rehearsed: bool

    @property
    def differing(self) -> int:
        """How many lines change."""
        return sum(not change.same for change in self.changes)

    @property
    def summary(self) -> str:
        """How the checks came out, counted."""
        tones = [check.tone for check in self.checks]
        return _("%(passed)s passed · %(warned)s to look at · %(failed)s failed") % {
            "passed": tones.count("ok"),
            "warned": tones.count("warn") + tones.count("unk"),
            "failed": tones.count("err"),
        }


def review(deployment: Deployment) -> Review:
    """Read what the page needs (a fixed number of queries, plus one per level of the sites' tree)."""
    live = _live(deployment)
    former = deployment.previous if deployment.live_from else live
    now = former.release if former else None
    metric, better, comparison = _compare(now, deployment.release)
    back = _way_back(deployment, former)
    rehearsed = Deployment.objects.filter(
        target=deployment.target, kind=DeploymentKind.ROLL_BACK, live_from__isnull=False
    ).exists()
    served = list(UseCaseSite.objects.filter(use_case=deployment.use_case).select_related("site"))
    specifics = {one.site.slug: one.specifics for one in served}
    changed = specifics.get(deployment.target.site.slug, "") != deployment.release.specifics.get(
        deployment.target.site.slug, ""
    )
    checks = [_four_eyes(deployment), _digest(deployment, changed), _metrics(metric, better, comparison)]
    checks.append(_return(back, rehearsed, deployment))
    tree = _tree(deployment, {one.site_id: one.site for one in served})
    return Review(
        verdict=_verdict(deployment, now),
        comparison=comparison,
        changes=changes(now, deployment.release, deployment.target.site.slug, metric),
        checks=checks,
        tree=tree,
        sites=len(served),
        back=back,
        rehearsed=rehearsed,
    )


def changes(now: Release | None, then: Release, site: str, metric: str = "") -> list[Change]:
    """What differs between two releases at a site (by slug), line by line."""
    before: dict[str, Any] = now.manifest if now else {}
    after: dict[str, Any] = then.manifest
    lines = [Change(_("Model"), _named(now), _named(then))]
    lines += [
        Change(name, _metric(before, name), _metric(after, name)) for name in _metric_names(before, after, metric)
    ]
    for label, key in ((_("Data"), "data"), (_("Commit"), "commit")):
        lines.append(Change(label, _short(before.get(key)), _short(after.get(key))))
    for label, key in ((_("Parameters"), "params"), (_("Configuration"), "configuration")):
        lines.append(Change(label, _pairs(before.get(key)), _pairs(after.get(key))))
    lines.append(Change(_("Files"), _files(before), _files(after)))
    nothing = _("nothing in particular")
    specifics = [str(part.get("sites", {}).get(site, "") or nothing) for part in (before, after)]
    lines.append(Change(_("Particular to the site"), *specifics))
    return lines


def _live(deployment: Deployment) -> Deployment | None:
    there = Deployment.objects.filter(target=deployment.target, status=DeploymentStatus.LIVE)
    return there.exclude(pk=deployment.pk).select_related("release__use_case", "release__model_version__run").first()


def _way_back(deployment: Deployment, former: Deployment | None) -> Release | None:
    if former is not None and not deployment.live_from:
        return former.release
    return way_back(deployment)[0]


def _verdict(deployment: Deployment, now: Release | None) -> str:
    site, then = deployment.target.site, _named(deployment.release)
    if deployment.status == DeploymentStatus.LIVE:
        return _("%(site)s runs %(release)s.") % {"site": site, "release": then}
    if deployment.status == DeploymentStatus.REPLACED:
        return _("%(site)s ran %(release)s.") % {"site": site, "release": then}
    if now is None:
        return _("%(site)s would start with %(release)s; nothing is known to run there now.") % {
            "site": site,
            "release": then,
        }
    return _("%(site)s would leave %(now)s for %(release)s.") % {"site": site, "now": _named(now), "release": then}


def _compare(now: Release | None, then: Release) -> tuple[str, bool | None, str]:
    """The metric that counts, whether it gets better (None: unknown), and the sentence."""
    run = then.model_version.run if then.model_version else None
    metric = str(run.tags.get(METRIC, "")) if run else ""
    if not metric or run is None:
        return "", None, _("The run does not say which metric counts (tag passerelle.metric).") if run else ""
    ours = then.manifest.get("metrics", {}).get(metric)
    theirs = now.manifest.get("metrics", {}).get(metric) if now else None
    if ours is None or theirs is None:
        said = _metric(then.manifest, metric)
        return (
            metric,
            None,
            _("%(metric)s: %(then)s; not known for what it replaces.")
            % {
                "metric": metric,
                "then": said,
            },
        )
    better = ours < theirs if run.tags.get(DIRECTION) == "down" else ours > theirs
    parameters = {"metric": metric, "then": _metric(then.manifest, metric)}
    parameters["now"] = _metric(now.manifest, metric) if now else ""
    if better:
        return metric, True, _("%(metric)s gets better: %(then)s instead of %(now)s.") % parameters
    return metric, False, _("%(metric)s does not get better: %(then)s instead of %(now)s.") % parameters


def _four_eyes(deployment: Deployment) -> Check:
    if deployment.kind != DeploymentKind.REQUEST:
        return Check(
            "unk", _("Four eyes"), _("A return needs no second person: it was approved when it first went live.")
        )
    if deployment.approvals_needed > 1:
        detail = _("Nobody knows who wrote the model: two approvals are needed.")
        return Check("warn", _("Four eyes"), detail)
    people = {"requester": deployment.requested_by, "author": deployment.model_author}
    if deployment.model_author is None:
        detail = _("%(requester)s asked, so somebody else approves.") % people
    elif deployment.model_author == deployment.requested_by:
        detail = _("%(requester)s asked and wrote the model, so somebody else approves.") % people
    else:
        detail = _("%(requester)s asked and %(author)s wrote the model: neither may approve.") % people
    return Check("ok", _("Four eyes"), detail)


def _digest(deployment: Deployment, changed: bool) -> Check:
    if changed and deployment.status == DeploymentStatus.REQUESTED:
        detail = _("What is particular at the site changed since: the request is void, prepare the release again.")
        return Check("err", _("What was hashed is what is asked"), detail)
    detail = _("Digest %(digest)s over files, parameters, data, configuration and site.") % {
        "digest": deployment.digest[:8]
    }
    return Check("ok", _("What was hashed is what is asked"), detail)


def _metrics(metric: str, better: bool | None, sentence: str) -> Check:
    tone: Tone = "unk" if better is None else "ok" if better else "warn"
    title = _("%(metric)s against what runs now") % {"metric": metric} if metric else _("Against what runs now")
    return Check(tone, title, sentence or _("The system in place has no metrics."))


def _return(back: Release | None, rehearsed: bool, deployment: Deployment) -> Check:
    title = _("There is a way back")
    if back is None:
        return Check(
            "warn",
            title,
            _("No former release and no system in place are known at %(site)s.") % {"site": deployment.target.site},
        )
    if not rehearsed:
        return Check("warn", title, _("Back to %(release)s; never rehearsed here.") % {"release": back})
    return Check("ok", title, _("Back to %(release)s; rehearsed here.") % {"release": back})


def _tree(deployment: Deployment, served: Mapping[int, Site]) -> list[Node]:
    """The sites a use case serves under their parents, with what is live in this environment."""
    sites = dict(served)
    sites.setdefault(deployment.target.site_id, deployment.target.site)
    while missing := {site.parent_id for site in sites.values() if site.parent_id} - sites.keys():
        sites |= {site.pk: site for site in Site.objects.filter(pk__in=missing)}
    live = Deployment.objects.filter(
        use_case=deployment.use_case, status=DeploymentStatus.LIVE, target__environment=deployment.target.environment
    ).values_list("target__site_id", "release__number")
    nodes = {pk: Node(site, served=pk in served, hit=pk == deployment.target.site_id) for pk, site in sites.items()}
    for pk, number in live:
        if pk in nodes:
            nodes[pk].live = _("release %(number)s live") % {"number": number}
    for node in sorted(nodes.values(), key=lambda one: one.site.name):
        if node.site.parent_id in nodes:
            nodes[node.site.parent_id].children.append(node)
    roots = [node for node in nodes.values() if node.site.parent_id not in nodes]
    return sorted(roots, key=lambda one: one.site.name)


def _named(release: Release | None) -> str:
    if release is None:
        return _("nothing known")
    if release.kind == ReleaseKind.IN_PLACE:
        return _("the system in place (%(title)s)") % {"title": release.title}
    model = release.manifest.get("model", {})
    name = {"number": release.number, "model": model.get("name", "?"), "version": model.get("version", "?")}
    return _("release %(number)s (%(model)s %(version)s)") % name


def _metric_names(before: dict[str, Any], after: dict[str, Any], first: str) -> list[str]:
    names = {**after.get("metrics", {}), **before.get("metrics", {})}
    plain = sorted(name for name in names if not name.endswith(("_low", "_high")))
    return sorted(plain, key=lambda name: name != first)[:SHOWN]


def _metric(manifest: dict[str, Any], name: str) -> str:
    metrics = manifest.get("metrics", {})
    value, low, high = (metrics.get(key) for key in (name, f"{name}_low", f"{name}_high"))
    if value is None:
        return _("none")
    text = wording.number(value, digits(value))
    if low is None or high is None or low == high:
        return text
    return f"{text} ({wording.interval(low, high, digits(value), signed=False)})"


def _short(value: Any) -> str:
    return str(value)[:8] if value else _("none")


def _pairs(values: dict[str, Any] | None) -> str:
    if not values:
        return _("none")
    said = [f"{key} {value}" for key, value in sorted(values.items())]
    more = len(said) - SHOWN
    return ", ".join(said[:SHOWN]) + (_(" and %(number)s more") % {"number": more} if more > 0 else "")


def _files(manifest: dict[str, Any]) -> str:
    files: Iterable[dict[str, Any]] = manifest.get("artifacts", {}).values()
    sizes = [file["size"] for file in files]
    if not sizes:
        return _("none")
    size = wording.number(math.ceil(sum(sizes) / 1e3), unit="kB")
    said = ngettext("%(number)s file, %(size)s", "%(number)s files, %(size)s", len(sizes))
    return said % {"number": len(sizes), "size": size}
