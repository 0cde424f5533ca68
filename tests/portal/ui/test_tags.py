from datetime import UTC, datetime, timedelta

import pytest
from django.template import engines
from django.utils import timezone

from portal.people.models import User
from portal.ui.templatetags.ui import Step
from tests.portal.ui.pages import Kpi, draw


def render(source: str, **context) -> str:
    return engines["django"].from_string(source).render(context)


def test_an_icon_is_silent_unless_it_has_a_label():
    assert 'aria-hidden="true"' in render('{% icon "home" %}')
    assert 'role="img" aria-label="Locked"' in render('{% icon "lock" "Locked" %}')


@pytest.mark.parametrize("tone", ["ok", "warn", "err", "unk"])
def test_a_status_has_an_icon_a_word_and_a_colour(tone):
    html = render("{% status tone 'As <it> is' %}", tone=tone)
    assert f"st-{tone}" in html
    assert "<use href=" in html
    assert "As <it> is" in html or "As &lt;it&gt; is" in html


def test_a_label_that_comes_from_a_person_is_escaped():
    assert "&lt;b&gt;" in render("{% status 'ok' label %}", label="<b>")


def test_a_status_without_a_known_tone_is_a_bug():
    with pytest.raises(KeyError):
        render("{% status 'green' 'Fine' %}")


def test_a_moment_is_relative_with_the_absolute_on_hover():
    html = render("{% when moment %}", moment=timezone.now() - timedelta(hours=3))
    assert ">3 hours ago</time>" in html
    assert "title=" in html
    assert "unknown" in render("{% when None %}")


def test_a_day_and_a_number_say_when_they_are_unknown():
    assert "12 May 2026" in render("{% day moment %}", moment=datetime(2026, 5, 12, 12, tzinfo=UTC))
    assert render("{% number 1234.5 1 unit='kg' %}") == "1,234.5\xa0kg"
    for tag in ("number", "day"):
        assert 'class="unknown"' in render(f"{{% {tag} None %}}")
    assert 'class="unknown"' in render("{% money None 'EUR' %}")


def test_an_interval_and_money_are_worded():
    assert render("{% interval 2.9 5.5 1 %}") == "95 %: +2.9 to +5.5"
    assert render("{% money 12 'EUR' %}") == "€12.00"


def test_a_digest_is_shortened_without_its_algorithm():
    assert render("{{ 'sha256:0123456789ab'|short }}{{ none|short }}", none=None) == "01234567"


def test_a_field_ties_its_label_help_and_error_together():
    html = render("{% field form.name %}", form=Kpi({"name": ""}))
    assert '<label class="form-label" for="id_name">' in html
    assert 'aria-describedby="id_name_help id_name_error"' in html
    assert 'id="id_name_error"' in html
    assert "form-control is-invalid" in html


def test_choices_are_a_group_with_a_name():
    html = render("{% field form.proof %}", form=Kpi())
    assert "<legend" in html
    assert '<label class="form-check"><input type="radio"' in html


def test_the_errors_of_a_form_lead_to_their_fields():
    html = render("{% form_errors form %}", form=Kpi({"name": ""}))
    assert "2 fields need a correction" in html
    assert '<a href="#id_name">Name</a>' in html
    assert render("{% form_errors form %}", form=Kpi()).strip() == ""


def test_an_empty_state_has_one_sentence_and_one_button():
    html = render("{% empty 'flask' 'No run yet.' '/link/' 'Link an experiment' %}")
    assert "No run yet." in html
    assert '<a class="btn btn-primary" href="/link/">Link an experiment</a>' in html
    assert "<a " not in render("{% empty 'flask' 'No run yet.' %}")


def test_a_chart_can_be_read_without_seeing_it():
    figure, table = draw()
    html = render("{% chart 'visits' figure summary='Visits per week.' table=table %}", figure=figure, table=table)
    assert "<figcaption>Visits per week.</figcaption>" in html
    assert 'data-value="8.3">8.300</td>' in html
    assert 'aria-label="Download as PNG: Visits per week."' in html
    assert "style=" not in html


def test_a_chart_leads_to_its_full_data_when_there_is_an_address():
    figure, table = draw()
    source = "{% chart 'visits' figure summary='Visits.' table=table csv_url='/visits.csv' %}"
    html = render(source, figure=figure, table=table)
    assert 'href="/visits.csv"' in html
    assert "data-csv" not in html


def test_progress_is_a_number_for_screen_readers():
    assert 'aria-valuenow="30"' in render("{% progress 3 10 %}")
    assert 'aria-valuenow="0"' in render("{% progress 3 0 %}")


def test_a_missing_role_is_an_empty_face_that_can_be_filled():
    html = render("{% face None 'it' url='/team/' %}")
    assert "face-missing" in html
    assert '<a href="/team/">Name someone</a>' in html


def test_a_face_keeps_its_name_when_there_is_no_room():
    user = User(first_name="Claire", last_name="Morel")
    assert "CM" in render("{% face user 'business' %}", user=user)
    assert "Claire Morel, Business" in render("{% face user 'business' tight=True %}", user=user)


def test_the_stage_rail_marks_where_we_are():
    steps = [Step("POC", "done", "48 days"), Step("Production", "now", "3 missing", "/gate/", "open")]
    html = render("{% stagebar steps %}", steps=steps)
    assert 'aria-current="step"' in html
    assert '<a href="/gate/">3 missing</a>' in html
    assert "gate-open" in html


def test_a_button_is_shown_to_who_may(team, business, viewer):
    source = "{% verb_allowed user 'kpi.validate' team as ok %}{% if ok %}button{% endif %}"
    assert render(source, user=business, team=team) == "button"
    assert render(source, user=viewer, team=team) == ""


def test_a_stored_reason_is_worded():
    assert render("{% sentence 'job.refused' params %}", params={"sentence": "No."}) == "No."
    assert render("{% sentence 'not.known.yet' %}") == "not.known.yet"
