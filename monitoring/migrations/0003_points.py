"""The table of points: one value per series and moment, partitioned by month. Django does not manage it."""

from django.db import migrations

TABLE = """
CREATE TABLE monitoring_point (
    series_id bigint NOT NULL,
    ts timestamptz NOT NULL,
    value double precision NOT NULL,
    PRIMARY KEY (series_id, ts)
) PARTITION BY RANGE (ts);
CREATE TABLE monitoring_point_default PARTITION OF monitoring_point DEFAULT;
"""

# No foreign key to the series: it would look the series up once per point. Ingestion takes the numbers from the table
# of series in the same transaction, and series are archived, not deleted.

FUNCTION = """
CREATE FUNCTION monitoring_make_partition(month date) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    first_moment timestamptz := date_trunc('month', month::timestamp) AT TIME ZONE 'UTC';
    next_moment timestamptz := (date_trunc('month', month::timestamp) + interval '1 month') AT TIME ZONE 'UTC';
    part text := 'monitoring_point_' || to_char(month, 'YYYY_MM');
BEGIN
    -- two jobs at once make one partition
    PERFORM pg_advisory_xact_lock(hashtext('monitoring_make_partition'));
    IF to_regclass(part) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE monitoring_point INCLUDING ALL)', part);
    -- whoever writes into the default partition finishes first or waits for the new one
    LOCK TABLE monitoring_point_default IN ACCESS EXCLUSIVE MODE;
    EXECUTE format(
        'WITH moved AS (DELETE FROM monitoring_point_default WHERE ts >= $1 AND ts < $2 RETURNING *) '
        'INSERT INTO %I SELECT * FROM moved ORDER BY series_id, ts', part
    ) USING first_moment, next_moment;
    EXECUTE format(
        'ALTER TABLE monitoring_point ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part, first_moment, next_moment
    );
    RETURN true;
END
$$;
"""

# A new installation takes points at once; later months are made by the job series.make_partitions.
FIRST_MONTHS = """
SELECT monitoring_make_partition(((now() AT TIME ZONE 'UTC') + n * interval '1 month')::date)
FROM generate_series(0, 3) AS n;
"""


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0002_relations")]

    operations = [
        migrations.RunSQL(TABLE, "DROP TABLE monitoring_point"),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION monitoring_make_partition(date)"),
        migrations.RunSQL(FIRST_MONTHS, migrations.RunSQL.noop),
    ]
