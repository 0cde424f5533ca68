"""What a list of jobs is asked."""

from django import forms

from portal.jobs.models import JobStatus


class JobFilterForm(forms.Form):
    """The filters of the list, as the address has them."""

    q = forms.CharField(required=False, max_length=100)
    kind = forms.CharField(required=False, max_length=60)
    status = forms.ChoiceField(required=False, choices=[("", ""), *JobStatus.choices])
    use_case = forms.CharField(required=False, max_length=60)
