"""Every address of the portal, and the floor."""

from django.urls import path

from bench.floor import floor
from portal.urls import urlpatterns as portal

urlpatterns = [path("floor/", floor), *portal]
