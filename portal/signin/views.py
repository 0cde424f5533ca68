"""Pages of signing in: the way in, second factors, one's sessions, and what an administrator says about them."""

from typing import Any

from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateByCodeView
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base.constants import AuthError, AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from jwt import PyJWTError
from requests import RequestException

from portal.accounts.forms import SignInForm, explain
from portal.accounts.views import SignedInRequest, cast, person_url
from portal.errors import BadInput
from portal.people import rights
from portal.people.models import User
from portal.signin import actions, confirming, lockout, rules, second_factor, secrets
from portal.signin.adapters import OpenIDConnect, failure
from portal.signin.confirming import confirmed
from portal.signin.devices import device
from portal.signin.entering import come_in, on_this_site
from portal.signin.forms import GroupRuleForm, RulesForm, SetUpForm
from portal.signin.models import GroupRule, Session

# In the session: the secret of an authenticator being set up, encrypted.
SECRET = "second_factor_secret"  # noqa: S105
FORM = require_http_methods(["GET", "HEAD", "POST"])
GONE_WRONG = (RequestException, OAuth2Error, PyJWTError, KeyError)


# --- coming in -----------------------------------------------------------------------------------------------------
@method_decorator(FORM, name="dispatch")
class SignIn(LoginView):
    """User name and password; in the demo, each of the cast at one click. `next` stays on this site."""

    template_name = "portal/accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form, the providers, and the cast while DEMO is on."""
        shown = {"cast": cast() if settings.DEMO else (), "providers": settings.OIDC_PROVIDERS}
        return super().get_context_data(**shown, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """The password fits: the second factor, when there is one, then the page asked for."""
        return come_in(self.request, form.get_user(), onward=self.get_redirect_url())

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """The page; its forms may lead to a provider, and to nobody else."""
        response = super().render_to_response(context, **kwargs)
        return _leading_to_providers(response)


def _leading_to_providers(response: HttpResponse) -> HttpResponse:
    """Let the forms of a page lead to the providers."""
    origins = [one.origin for one in settings.OIDC_PROVIDERS]
    if origins:
        response._csp_update = {"form-action": origins}  # type: ignore[attr-defined]
    return response


sign_in_code = FORM(never_cache(AuthenticateView.as_view(template_name="portal/signin/code.html")))
confirm = FORM(sensitive_post_parameters()(ReauthenticateView.as_view(template_name="portal/signin/confirm.html")))
confirm_code = FORM(ReauthenticateByCodeView.as_view(template_name="portal/signin/confirm.html"))


@never_cache
@require_safe
def confirm_provider(request: SignedInRequest) -> HttpResponse:
    """Ask the provider again who one is; 404 for who did not come through one."""
    provider = confirming.provider_of(request)
    if provider is None:
        raise Http404
    onward = on_this_site(request, request.GET.get("next", ""))
    page = render(request, "portal/signin/confirm_provider.html", {"provider": provider, "onward": onward})
    return _leading_to_providers(page)


@login_not_required
@never_cache
@require_POST
def provider_login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Go to the provider; 404 for one that is not configured."""
    provider = get_adapter().get_provider(request, provider_id)
    onward = on_this_site(request, request.POST.get("next", ""))
    # Who confirms is asked by the provider, however long they have been signed in there.
    asked = {"prompt": "login"} if request.user.is_authenticated else {}
    try:
        return provider.redirect(request, process=AuthProcess.LOGIN, next_url=onward or None, auth_params=asked)
    except GONE_WRONG as error:
        return failure(request, provider.app.name, exception=error)


@login_not_required
@never_cache
@require_safe
def provider_callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Come back from the provider, with a code or a refusal."""
    provider = get_adapter().get_provider(request, provider_id)
    if request.GET.get("error") == "access_denied":
        return failure(request, provider.app.name, error=AuthError.CANCELLED)
    try:
        return OAuth2CallbackView.adapter_view(OpenIDConnect(request, provider_id))(request)
    except GONE_WRONG as error:
        return failure(request, provider.app.name, exception=error)


# --- one's second factor -------------------------------------------------------------------------------------------
@require_safe
def second_factor_page(request: SignedInRequest) -> HttpResponse:
    """Whether there is one, how many recovery codes are left, and what the rules ask."""
    there = rules.has_second_factor(request.user)
    shown = {
        "there": there,
        "left": second_factor.codes_left(request.user) if there else 0,
        "asked": rules.asked_of(request.user, rules.policy().second_factor),
    }
    return render(request, "portal/signin/second_factor.html", shown)


@FORM
@never_cache
@confirmed
def second_factor_set_up(request: SignedInRequest) -> HttpResponse:
    """Read a picture with an application, type its code; the answer is the only page that shows the recovery codes."""
    if rules.has_second_factor(request.user):
        return redirect("second_factor")
    if SECRET not in request.session:
        request.session[SECRET] = secrets.encrypt(second_factor.new_secret())
    secret = secrets.decrypt(request.session[SECRET])
    form = SetUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = actions.set_up_second_factor(request.user, secret, form.cleaned_data["code"])
        except BadInput as refusal:
            explain(form, refusal)
        else:
            del request.session[SECRET]
            rules.renew(request, request.user)
            return render(request, "portal/signin/recovery_codes.html", {"codes": codes, "first": True}, status=201)
    address = second_factor.address(request.user, secret)
    shown = {"form": form, "secret": secret, "address": address, "must": request.session.get(rules.MUST_SET_UP)}
    return render(request, "portal/signin/set_up.html", shown | {"picture": second_factor.picture(address)})


@never_cache
@require_POST
@confirmed
def second_factor_codes(request: SignedInRequest) -> HttpResponse:
    """Make new recovery codes; the answer is the only page that shows them."""
    codes = actions.renew_recovery_codes(request.user)
    return render(request, "portal/signin/recovery_codes.html", {"codes": codes}, status=201)


@require_POST
@confirmed
def second_factor_remove(request: SignedInRequest) -> HttpResponse:
    """Remove one's second factor, when the rules do not ask for it."""
    actions.remove_second_factor(request.user)
    rules.renew(request, request.user)
    messages.success(request, _("Your second factor is removed: a password alone lets you in now."))
    return redirect("second_factor")


# --- one's sessions ------------------------------------------------------------------------------------------------
@require_safe
def sessions(request: SignedInRequest) -> HttpResponse:
    """Where one is signed in."""
    own = request.session.session_key
    found = [
        {"row": row, "device": device(row.agent), "mark": row.mark, "here": row.session_key == own}
        for row in Session.objects.of(request.user)
    ]
    return render(request, "portal/signin/sessions.html", {"sessions": found})


@require_POST
def session_end(request: SignedInRequest, mark: str) -> HttpResponse:
    """End one of one's sessions."""
    found = next((row for row in Session.objects.of(request.user) if row.mark == mark), None)
    if found is None:
        raise Http404
    here = found.session_key == request.session.session_key
    actions.end_session(found, by=request.user)
    if here:
        request.session.flush()
        return redirect("accounts:sign_in")
    messages.success(request, _("The session has ended."))
    return redirect("sessions")


@require_POST
def sessions_end_others(request: SignedInRequest) -> HttpResponse:
    """End all of one's sessions but this one."""
    number = actions.end_other_sessions(request.user, but=request.session.session_key)
    messages.success(request, _("Sessions ended: %(number)s.") % {"number": number})
    return redirect("sessions")


# --- the administration --------------------------------------------------------------------------------------------
@FORM
def sign_in_rules(request: SignedInRequest) -> HttpResponse:
    """Who must have a second factor; providers, what their groups give, and who is locked."""
    rights.require(request.user, "signin.manage")
    form = RulesForm(request.POST or None, initial={"second_factor": rules.policy().second_factor})
    if request.method == "POST" and form.is_valid():
        actions.set_rules(by=request.user, **form.cleaned_data)
        messages.success(request, _("The rules count from everybody's next request on."))
        return redirect("sign_in_rules")
    return _rules_page(request, form, GroupRuleForm())


@require_POST
def group_rule_new(request: SignedInRequest) -> HttpResponse:
    """Let a group give a role."""
    rights.require(request.user, "signin.manage")
    form = GroupRuleForm(request.POST)
    if form.is_valid():
        try:
            actions.add_group_rule(by=request.user, **form.cleaned_data)
        except BadInput as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("The group gives this role from the next sign-in on."))
            return redirect("sign_in_rules")
    return _rules_page(request, RulesForm(initial={"second_factor": rules.policy().second_factor}), form)


@require_POST
def group_rule_remove(request: SignedInRequest, uid: str) -> HttpResponse:
    """Let a group give a role no longer."""
    rights.require(request.user, "signin.manage")
    taken = actions.remove_group_rule(get_object_or_404(GroupRule, uid=uid), by=request.user)
    messages.success(request, _("The rule is removed. Roles taken back: %(number)s.") % {"number": taken})
    return redirect("sign_in_rules")


@require_POST
def unlock(request: SignedInRequest) -> HttpResponse:
    """Let somebody try again at once."""
    rights.require(request.user, "signin.manage")
    actions.unlock(request.POST.get("username", ""), request.POST.get("ip", ""), by=request.user)
    messages.success(request, _("They can try again now."))
    return redirect("sign_in_rules")


@require_POST
def second_factor_reset(request: SignedInRequest, uid: str) -> HttpResponse:
    """Take somebody's second factor away."""
    rights.require(request.user, "signin.manage")
    person = get_object_or_404(User, uid=uid)
    actions.reset_second_factor(person, by=request.user)
    messages.success(
        request, _("The second factor of %(person)s is reset. They are told when they sign in.") % {"person": person}
    )
    return redirect(person_url(person))


def _rules_page(request: SignedInRequest, form: RulesForm, group_form: GroupRuleForm) -> HttpResponse:
    shown = {
        "nav": "admin",
        "form": form,
        "group_form": group_form,
        "providers": settings.OIDC_PROVIDERS,
        "group_rules": GroupRule.objects.select_related("team", "site", "environment"),
        "locked": lockout.locked_now(),
    }
    return render(request, "portal/signin/rules.html", shown)
