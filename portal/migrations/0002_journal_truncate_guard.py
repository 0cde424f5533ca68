"""The journal is append-only for TRUNCATE too, which row triggers do not see."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("portal", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql="""
                CREATE FUNCTION portal_event_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'insufficient_privilege';
                END $$;
                CREATE TRIGGER portal_event_no_truncate BEFORE TRUNCATE ON portal_event
                    FOR EACH STATEMENT EXECUTE FUNCTION portal_event_refuse_truncate();
            """,
            reverse_sql="""
                DROP TRIGGER portal_event_no_truncate ON portal_event;
                DROP FUNCTION portal_event_refuse_truncate();
            """,
        )
    ]
