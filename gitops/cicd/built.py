"""Following a pipeline that builds what a command waits for: started if it does not run, and the deploy when it has succeeded."""

from dataclasses import replace

from gitops import submit
from gitops.cicd.rules import SHORT
from gitops.errors import Invalid, Unavailable
from gitops.forges import chosen
from gitops.types import Command

AGAIN = 600  # seconds until a pipeline that was started and is not to be seen is started again
SKEW = 60    # seconds that the forge's clock may be behind ours


def outcome(services, kept):
    """What became of it: deployed, or why not. Unavailable while the pipeline runs."""
    runs = _runs(services, kept)
    if any(run.state == "success" for run in runs):
        return _deployed(services, kept)
    if not any(run.state == "running" for run in runs):
        failed = next((run for run in runs if run.asked and run.created >= kept["asked"] - SKEW), None)
        if failed:
            raise Invalid("build_failed", version=kept["version"], url=failed.url)
        if services.ledger.claim(f"build-{kept['uid']}", AGAIN):
            chosen(services.settings)[1].dispatch(services, kept["repository"], kept["branch"], kept["version"])
    raise Unavailable("build_runs", version=kept["version"])


def _runs(services, kept):
    """Those that make this version, newest first: what a push started makes the first of its commit."""
    found = chosen(services.settings)[1].runs(services, kept["repository"], kept["sha"])
    return [run for run in found if run.asked or kept["version"] == kept["sha"][:SHORT]]


def _deployed(services, kept):
    """The deploy that was asked for, by whom and in the words it was asked for."""
    row = services.ledger.command_by_uid(kept["uid"])
    command, actor = row["command"], row["actor"]
    mine = replace(actor, scopes=frozenset({f"deploy:execute@{command.environment}", "mcp:execute"}))
    args = {name: value for name, value in command.args.items() if name not in ("branch", "build")}
    receipt = submit.submit(services, mine, Command("deploy", command.app, command.environment, args, f"built-{kept['uid']}", command.text, command.reason))
    return [{"app": command.app, "environment": command.environment, "version": kept["version"], "status": receipt.status, "commit": receipt.commit,
             "review": receipt.review.id if receipt.review else None}]
