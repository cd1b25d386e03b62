"""Following a pipeline that builds what a command waits for: started if it does not run, and the deploy when it has succeeded."""

from dataclasses import replace

from gitops import builders, submit
from gitops.cicd import building
from gitops.errors import Invalid, KlepaasError, Unavailable
from gitops.types import Command, Pipeline

AGAIN = 600  # seconds until a pipeline that was started and is not to be seen is started again
STARTS = ("dispatch", "build", "do", "run")  # the requests that start one: any before it started nothing


def outcome(services, kept):
    """What became of it: deployed, or why not. Unavailable while the pipeline runs."""
    pipeline = Pipeline(**kept.get("pipeline") or {"repository": kept["repository"]})
    builder = builders.BUILDERS[pipeline.kind]
    runs = builder.runs(services, pipeline, kept["sha"])
    ours = [run for run in runs if builder.made(run, kept)]
    done = next((run for run in ours if run.state == "success"), None)
    if done:
        return _deployed(services, kept, done)
    if not any(run.state == "running" for run in (runs if builder.ALONE else ours)):
        failed = next((run for run in ours if run.state == "failure" and run.asked), None)
        if failed:
            raise Invalid("build_failed", version=kept["version"], url=failed.url or f"{pipeline.kind} {pipeline.project}, {failed.id} ({failed.why or '-'})")
        _start(services, kept, builder, pipeline)
    raise Unavailable("build_runs", version=kept["version"])


def _start(services, kept, builder, pipeline):
    """Once, unless what was started is not to be seen; which run it is, is kept."""
    name = building.called(kept["uid"])
    if not services.ledger.claim(name, AGAIN):
        return
    try:
        run = builder.dispatch(services, pipeline, kept["branch"], kept["sha"], kept["version"])
    except KlepaasError as error:
        if error.details.get("operation") not in STARTS or getattr(error, "unsent", False):
            services.ledger.unclaim(name)
        raise
    if run is not None:
        services.ledger.delivery_noted(name, run=run)


def _deployed(services, kept, run):
    """The deploy that was asked for, by whom and in the words it was asked for; Invalid where the run says that it made other images alone."""
    if run.images and not any(image.endswith(f":{kept['version']}") for image in run.images):
        raise Invalid("build_other_image", version=kept["version"], images=", ".join(run.images)[:300])
    row = services.ledger.command_by_uid(kept["uid"])
    command, actor = row["command"], row["actor"]
    mine = replace(actor, scopes=frozenset({f"deploy:execute@{command.environment}", "mcp:execute"}))
    args = {name: value for name, value in command.args.items() if name not in ("branch", "build")}
    receipt = submit.submit(services, mine, Command("deploy", command.app, command.environment, args, f"built-{kept['uid']}", command.text, command.reason))
    return [{"app": command.app, "environment": command.environment, "version": kept["version"], "status": receipt.status, "commit": receipt.commit,
             "review": receipt.review.id if receipt.review else None}]
