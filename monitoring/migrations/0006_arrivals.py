"""What arrived before arrivals were noted. Later ones are noted with their batch."""

from django.db import migrations

NOTE = """
WITH RECURSIVE told AS (
    SELECT series.use_case_id, series.site_id, (point.ts AT TIME ZONE 'UTC')::date AS day,
        min(point.ts) AS first_at, max(point.ts) AS last_at
    FROM monitoring_point point JOIN monitoring_series series ON series.id = point.series_id
    WHERE series.site_id IS NOT NULL GROUP BY 1, 2, 3
), above AS (
    SELECT id AS site_id, id AS place, parent_id FROM usecases_site
    UNION ALL
    SELECT above.site_id, site.id, site.parent_id FROM above JOIN usecases_site site ON site.id = above.parent_id
)
INSERT INTO usecases_arrival (use_case_id, site_id, day, first_at, last_at)
SELECT told.use_case_id, above.place, told.day, min(told.first_at), max(told.last_at)
FROM told JOIN above USING (site_id) GROUP BY 1, 2, 3
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0005_search_indexes"), ("usecases", "0009_iterations")]

    operations = [migrations.RunSQL(NOTE, migrations.RunSQL.noop)]
