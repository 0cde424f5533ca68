"""The API of one's sessions: where one is signed in, and ending it from elsewhere."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.endpoints import Endpoint, Reading, Removing
from portal.people.models import Scope
from portal.signin import actions
from portal.signin.devices import device
from portal.signin.models import Session


class SessionOut(serializers.ModelSerializer[Session]):
    """A browser that one signed in with; `mark` names it, its key is a secret."""

    mark = serializers.CharField(read_only=True)
    device = serializers.SerializerMethodField()

    class Meta:
        model = Session
        fields = ("mark", "device", "ip", "began_at", "seen_at")
        read_only_fields = fields

    def get_device(self, session: Session) -> str:
        """What the browser says it is, in a few words."""
        return device(session.agent)


class SessionsOut(serializers.Serializer[Any]):
    """Where one is signed in, last seen first."""

    results = SessionOut(many=True)


class EndedOut(serializers.Serializer[Any]):
    """How many ended."""

    ended = serializers.IntegerField()


class Sessions(Endpoint):
    """Where the caller is signed in, last seen first: all of it, for nobody is signed in at many places."""

    operation = "sessions_list"
    reads = Scope.READ
    serializer_class = SessionsOut

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The sessions that still count."""
        return Response(self.told({"results": Session.objects.of(self.person)}))


class OneSession(Reading, Removing, Endpoint):
    """One of the caller's sessions."""

    reads, writes = Scope.READ, Scope.WRITE
    serializer_class: Any = SessionOut

    def thing(self) -> Session:
        """The session of this mark. Raises Http404."""
        mine = Session.objects.of(self.person)
        found = next((one for one in mine if one.mark == self.kwargs["mark"]), None)
        if found is None:
            raise Http404
        return found

    def remove(self, thing: Session) -> None:
        """End it at once: its next request is asked to sign in."""
        actions.end_session(thing, by=self.person)


class EndSessions(Endpoint):
    """End all of the caller's sessions; tokens go on."""

    writes = Scope.WRITE
    serializer_class = EndedOut
    answers = {"POST": {"200": OpenApiResponse(EndedOut, "Done.")}}

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """End them."""
        return Response({"ended": actions.end_other_sessions(self.person, but=None)})
