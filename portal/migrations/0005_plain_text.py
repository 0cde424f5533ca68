"""Text as a search reads it: trigrams, no accents, and a function that indexes may use."""

from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("portal", "0004_kept_answers")]

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        # Its body is resolved now, so that no search_path changes what an index holds.
        migrations.RunSQL(
            sql="""
                CREATE FUNCTION passerelle_plain(told text) RETURNS text
                LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
                RETURN lower(unaccent('unaccent'::regdictionary, told));
            """,
            reverse_sql="DROP FUNCTION passerelle_plain(text);",
        ),
    ]
