"""What the database refuses whoever writes: triggers on deployments and approvals."""

import functools
import operator

import pgtrigger

from portal.people import rights

# The roles that approve, as the table of rights says.
APPROVING = [str(role) for role in rights.VERBS["deployment.approve"].roles]
SEALED_OF_TARGET = ("use_case", "environment", "site", "slot")
SEALED_OF_RELEASE = ("digest", "manifest", "configuration", "model_version", "status", "kind", "use_case")
# What was asked for, by whom, and how many must say yes.
SEALED_OF_DEPLOYMENT = (
    "use_case",
    "number",
    "kind",
    "target",
    "release",
    "executor",
    "requested_by",
    "model_author",
    "approvals_needed",
    "digest",
)


def changed(*fields: str) -> pgtrigger.Q:
    """The condition of a trigger: any of these fields is not what it was."""
    conditions = [pgtrigger.Q(**{f"old__{name}__df": pgtrigger.F(f"new__{name}")}) for name in fields]
    return functools.reduce(operator.or_, conditions)


TARGET_STAYS = pgtrigger.Protect(name="target_stays", operation=pgtrigger.Update, condition=changed(*SEALED_OF_TARGET))
REQUEST_STAYS = pgtrigger.Protect(
    name="request_stays", operation=pgtrigger.Update, condition=changed(*SEALED_OF_DEPLOYMENT)
)
# What needs no approval is only what it says: a return to what ran there, or what was found in place.
KIND_IS_TRUE = pgtrigger.Trigger(
    name="kind_is_true",
    operation=pgtrigger.Insert,
    when=pgtrigger.Before,
    declare=[("released", "usecases_release%ROWTYPE")],
    func="""
        SELECT * INTO released FROM usecases_release WHERE id = NEW.release_id;
        IF released.use_case_id <> NEW.use_case_id OR NEW.use_case_id <> (
            SELECT use_case_id FROM usecases_target WHERE id = NEW.target_id
        ) THEN
            RAISE EXCEPTION 'release, target and deployment are of several use cases'
                USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.kind = 'declaration' AND released.kind <> 'in_place' THEN
            RAISE EXCEPTION 'only a system in place is declared' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.kind = 'roll_back' AND released.kind <> 'in_place' AND NOT EXISTS (
            SELECT FROM usecases_deployment
            WHERE target_id = NEW.target_id AND release_id = NEW.release_id AND live_from IS NOT NULL
        ) THEN
            RAISE EXCEPTION 'a roll-back returns to what ran there' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.kind = 'request' AND NEW.model_author_id IS NULL AND NEW.approvals_needed < 2
            AND released.kind = 'model' THEN
            RAISE EXCEPTION 'nobody knows the author: two approvals' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)

# Nothing that was requested becomes approved, runs or goes live without its approvals on its digest.
APPROVED_BY_ENOUGH = pgtrigger.Trigger(
    name="approved_by_enough",
    operation=pgtrigger.Update | pgtrigger.Insert,
    when=pgtrigger.Before,
    func="""
        IF NEW.kind = 'request' AND NEW.status IN ('approved', 'running', 'live') AND (
            SELECT count(DISTINCT approver_id) FROM usecases_approval
            WHERE deployment_id = NEW.id AND verdict = 'approve' AND digest = NEW.digest
        ) < NEW.approvals_needed THEN
            RAISE EXCEPTION 'deployment % lacks approvals', NEW.id USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.status IN ('approved', 'running', 'live') AND NEW.digest <> (
            SELECT digest FROM usecases_release WHERE id = NEW.release_id
        ) THEN
            RAISE EXCEPTION 'deployment % differs from its release', NEW.id
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)

# The copies are what the deployment says, whoever writes the row.
APPROVAL_COPIES_ARE_TRUE = pgtrigger.Trigger(
    name="approval_copies_are_true",
    operation=pgtrigger.Insert,
    when=pgtrigger.Before,
    func="""
        SELECT requested_by_id, model_author_id INTO NEW.requester_id, NEW.author_id
        FROM usecases_deployment WHERE id = NEW.deployment_id;
        RETURN NEW;
    """,
)

# The role is held, by the approver or by whom they stand in for that day, and reaches the target.
APPROVAL_ROLE_IS_HELD = pgtrigger.Trigger(
    name="approval_role_is_held",
    operation=pgtrigger.Insert,
    when=pgtrigger.Before,
    declare=[("place", "usecases_target%ROWTYPE"), ("team", "bigint")],
    func=f"""
        SELECT t.* INTO place FROM usecases_target t
        JOIN usecases_deployment d ON d.target_id = t.id WHERE d.id = NEW.deployment_id;
        SELECT team_id INTO team FROM usecases_usecase WHERE id = place.use_case_id;
        IF NEW.role NOT IN ({", ".join(f"'{role}'" for role in APPROVING)}) OR NOT EXISTS (
            SELECT FROM portal_membership m
            WHERE m.user_id = COALESCE(NEW.stands_for_id, NEW.approver_id)
            AND m.team_id = team AND m.role = NEW.role
            AND m.site_id IS NOT DISTINCT FROM NEW.site_id
            AND m.environment_id IS NOT DISTINCT FROM NEW.environment_id
        ) OR (NEW.stands_for_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM portal_deputy s
            WHERE s.deputy_id = NEW.approver_id AND s.member_id = NEW.stands_for_id
            AND s.team_id = team AND s.role = NEW.role
            AND s.site_id IS NOT DISTINCT FROM NEW.site_id
            AND s.environment_id IS NOT DISTINCT FROM NEW.environment_id
            AND s.since <= NEW.occurred_at AND s.until > NEW.occurred_at
        )) THEN
            RAISE EXCEPTION 'the approver does not hold this role' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.environment_id <> place.environment_id OR NOT site_within(place.site_id, NEW.site_id) THEN
            RAISE EXCEPTION 'the role does not reach there' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,  # noqa: S608 (roles of the table)
)
