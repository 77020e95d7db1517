"""Rollouts in the console: how a version stands against the running one, and what the staff decide about it."""

from fangcun.doors.console.launch.rollouts import pages

PAGES = pages.PAGES
