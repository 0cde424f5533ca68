"""Version 1 of the criteria of each gate. An administrator publishes the next ones."""

from django.db import migrations

DEFAULTS = {
    # Lists gaps and stops nobody: plugging in early matters more.
    "poc": (
        "advise",
        [
            "catalog.decision_named",
            "kpis.baseline_and_target",
            "catalog.three_roles",
            "lifecycle.data_available",
            "catalog.site_served",
        ],
    ),
    "industrialisation": (
        "block",
        ["deployments.live_at_a_site", "series.points_arrive", "runs.beats_simple_baseline"],
    ),
    "production": (
        "block",
        [
            "lifecycle.business_case",
            "lifecycle.users_briefed",
            "deployments.approved_and_live",
            "kpis.validated",
            "checks.active",
            "deployments.return_rehearsed",
        ],
    ),
}


def create_version_1(apps, schema_editor):
    criteria_set = apps.get_model("usecases", "CriteriaSet")
    setting = apps.get_model("usecases", "CriterionSetting")
    for gate, (mode, codes) in DEFAULTS.items():
        made = criteria_set.objects.create(gate=gate, version=1)
        for position, code in enumerate(codes, start=1):
            setting.objects.create(criteria_set=made, code=code, mode=mode, position=position)


def remove_version_1(apps, schema_editor):
    apps.get_model("usecases", "CriteriaSet").objects.filter(version=1, created_by=None).delete()


class Migration(migrations.Migration):
    dependencies = [("usecases", "0002_sign_off_unmet")]

    operations = [migrations.RunPython(create_version_1, remove_version_1)]
