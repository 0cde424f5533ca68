"""Seals refuse TRUNCATE as the journal does; what was told before waits for its seal, without names of people."""

from django.db import migrations

# A name that is exactly one person's is that person; the others stay as they were written.
NAMES = """
    ALTER TABLE portal_event DISABLE TRIGGER USER;
    UPDATE portal_event e SET person_id = u.id, target_label = '' FROM portal_user u
        WHERE e.target_type = 'portal.user' AND u.uid = e.target_uid;
    UPDATE portal_event e SET person_id = one.id,
        data = jsonb_set(e.data, '{params}', (e.data -> 'params') - 'person' - 'owner')
    FROM (
        SELECT min(id) AS id, coalesce(nullif(trim(first_name || ' ' || last_name), ''), username) AS name
        FROM portal_user GROUP BY 2 HAVING count(*) = 1
    ) one
    WHERE e.person_id IS NULL AND one.name = coalesce(e.data #>> '{params,person}', e.data #>> '{params,owner}');
    UPDATE portal_event SET target_label = '' WHERE target_type = 'usecases.externalidentity';
    UPDATE portal_event SET target_label = regexp_replace(target_label, ': [^:]*$', '')
        WHERE target_type IN ('usecases.attestation', 'usecases.signoff');
    UPDATE portal_event SET machine = '' WHERE actor_id IS NOT NULL;
    SET CONSTRAINTS ALL IMMEDIATE;
    ALTER TABLE portal_event ENABLE TRIGGER USER;
    INSERT INTO portal_unsealed (event_id) SELECT id FROM portal_event ON CONFLICT DO NOTHING;
"""


class Migration(migrations.Migration):
    dependencies = [("portal", "0008_seals")]

    operations = [
        migrations.RunSQL(
            sql="""
                CREATE TRIGGER portal_seal_no_truncate BEFORE TRUNCATE ON portal_seal
                    FOR EACH STATEMENT EXECUTE FUNCTION portal_event_refuse_truncate();
            """,
            reverse_sql="DROP TRIGGER portal_seal_no_truncate ON portal_seal;",
        ),
        migrations.RunSQL(sql=NAMES, reverse_sql=migrations.RunSQL.noop),
    ]
