"""How the database keeps the history of roles: triggers on whatever gives or takes one."""

import pgtrigger

SAME_ROLE = " AND ".join(
    (
        "team_id = OLD.team_id AND role = OLD.role",
        "site_id IS NOT DISTINCT FROM OLD.site_id",
        "environment_id IS NOT DISTINCT FROM OLD.environment_id",
    )
)


def begins_tenure(values: str) -> pgtrigger.Trigger:
    """Whatever gives a role begins its history."""
    return pgtrigger.Trigger(
        name="begins_tenure",
        operation=pgtrigger.Insert,
        when=pgtrigger.After,
        func=f"""
            INSERT INTO portal_tenure
                (user_id, given_by_id, team_id, role, organisation_role, site_id, environment_id, since)
            SELECT NEW.user_id, NEW.given_by_id, {values}
            FROM portal_user WHERE id = NEW.user_id AND is_active;
            RETURN NULL;
        """,  # noqa: S608 (columns of our own)
    )


def ends_tenure(same: str, also: str = "") -> pgtrigger.Trigger:
    """Whatever takes a role ends its history, when the action has not said when and by whom."""
    return pgtrigger.Trigger(
        name="ends_tenure",
        operation=pgtrigger.Delete,
        when=pgtrigger.After,
        func=f"""
            UPDATE portal_tenure SET until = GREATEST(since, clock_timestamp())
            WHERE user_id = OLD.user_id AND until IS NULL AND {same};
            {also}
            RETURN NULL;
        """,  # noqa: S608 (columns of our own)
    )


def follows_activity() -> pgtrigger.Trigger:
    """Who is deactivated holds no role meanwhile; who comes back holds what they are still given."""
    return pgtrigger.Trigger(
        name="tenures_follow_activity",
        operation=pgtrigger.UpdateOf("is_active"),  # type: ignore[no-untyped-call]
        when=pgtrigger.After,
        condition=pgtrigger.Q(old__is_active__df=pgtrigger.F("new__is_active")),
        func="""
            UPDATE portal_tenure SET until = GREATEST(since, clock_timestamp())
            WHERE user_id = NEW.id AND until IS NULL;
            UPDATE portal_deputy SET until = LEAST(until, GREATEST(since, clock_timestamp()))
            WHERE NEW.id IN (member_id, deputy_id);
            IF NEW.is_active THEN
                INSERT INTO portal_tenure
                    (user_id, team_id, role, organisation_role, site_id, environment_id, since)
                SELECT user_id, team_id, role, '', site_id, environment_id, clock_timestamp()
                FROM portal_membership WHERE user_id = NEW.id
                UNION ALL
                SELECT user_id, NULL, '', role, NULL, NULL, clock_timestamp()
                FROM portal_organisationgrant WHERE user_id = NEW.id;
            END IF;
            RETURN NULL;
        """,
    )
