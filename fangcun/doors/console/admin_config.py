from django.contrib.admin.apps import AdminConfig


class ConsoleAdminConfig(AdminConfig):
    """Django's admin app, with our site in the place of its own."""

    default_site = "fangcun.doors.console.site.ConsoleSite"
