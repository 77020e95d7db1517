"""Addresses of the phone in the browser."""

from __future__ import annotations

from django.urls import path

from fangcun.doors.phone import views

urlpatterns = [
    path("", views.front, name="front"),
    path("phone/", views.phone, name="phone"),
    path("h5/config.json", views.config, name="h5-config"),
    path("h5/", views.h5, name="h5"),
    path("h5/<path:name>", views.h5),
]
