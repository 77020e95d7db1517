"""The test suites of an enterprise before its launch: each run leaves a report, and evidence for the schedule."""
