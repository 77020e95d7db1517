"""Background work of the audit officer."""

from fangcun.kernel.jobs import task


@task()
def inspect_run(*, run_id: int) -> None:
    """Do an inspection that was asked for; one that ended meanwhile is left as it is."""
    from fangcun.build.checks.running import inspect_kept  # a browser and Node.js, for the process that works

    inspect_kept(run_id)
