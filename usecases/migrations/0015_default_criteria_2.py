"""Version 2 of the criteria of each gate, and the gate beyond the first site. What an administrator published stays."""

from django.db import migrations

SIGNING = ["business", "data", "it"]
DEFAULTS = {
    "poc": (
        "advise",
        [
            "catalog.decision_named",
            "kpis.baseline_and_target",
            "lifecycle.data_available",
            "lifecycle.annotation_capacity",
            "catalog.three_roles",
            "catalog.site_served",
        ],
    ),
    "industrialisation": ("block", ["iterations.closed_go", "series.points_arrive", "runs.beats_simple_baseline"]),
    "production": (
        "block",
        [
            "lifecycle.business_case",
            "lifecycle.users_briefed",
            "deployments.approved_and_live",
            "kpis.validated",
            "checks.active",
            "lifecycle.alert_channel_tested",
            "deployments.return_rehearsed",
        ],
    ),
    "beyond": ("block", ["lifecycle.better_than_in_place"]),
}
# Which gate each change of stage passed, and for the how-manyth time.
PASSED = """
UPDATE usecases_stagechange AS change SET gate = told.to_stage, round = told.round
FROM (
    SELECT id, to_stage, row_number() OVER (PARTITION BY use_case_id, to_stage ORDER BY id) AS round
    FROM usecases_stagechange WHERE to_stage IN ('poc', 'industrialisation', 'production')
) told WHERE told.id = change.id
"""


def create_version_2(apps, schema_editor):
    criteria_set = apps.get_model("usecases.CriteriaSet")
    setting = apps.get_model("usecases.CriterionSetting")
    criteria_set.objects.exclude(gate="poc").update(signed_by=SIGNING)
    for gate, (mode, codes) in DEFAULTS.items():
        current = criteria_set.objects.filter(gate=gate, is_current=True).first()
        if current and current.created_by_id is not None:
            continue
        criteria_set.objects.filter(gate=gate).update(is_current=False)
        made = criteria_set.objects.create(
            gate=gate, version=current.version + 1 if current else 1, signed_by=[] if gate == "poc" else SIGNING
        )
        for position, code in enumerate(codes, start=1):
            setting.objects.create(criteria_set=made, code=code, mode=mode, position=position)


class Migration(migrations.Migration):
    dependencies = [("usecases", "0014_break_glass")]

    operations = [
        migrations.RunSQL(PASSED, migrations.RunSQL.noop),
        migrations.RunPython(create_version_2, migrations.RunPython.noop),
    ]
