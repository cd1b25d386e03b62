"""The command line: `klepaas`. Works on CONFIG_REPO directly, or through a server when KLEPAAS_URL and KLEPAAS_TOKEN are set.

Exit status: 0 done, 1 refused, 2 usage, 3 unavailable (try again with the same --id).
"""

import argparse
import json
import logging
import os
import sys
from dataclasses import asdict
from pathlib import Path

from gitops import config
from gitops.errors import KlepaasError
from gitops.telemetry import logs, reporting, tracing
from web.cli import accounts as cli_accounts
from web.cli import terminal


def main(argv=None):
    options = _options(_parser(), argv)
    try:
        settings = config.load()
        logs.configure(settings, logging.WARNING)
        reporting.start(settings, "cli")
        tracing.start(settings, "cli")
        return options.run(options, settings) or 0
    except KlepaasError as error:
        print(f"klepaas: {error.text(_language())}", file=sys.stderr)
        if options.__dict__.get("json"):
            print(json.dumps({"status": "refused", "code": error.code, "message": error.text(), **error.details}, default=str))
        return 3 if error.transient else 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _options(parser, argv):
    """argparse, but with words after options too: `submit scale nginx -e staging replicas=3`."""
    options, rest = parser.parse_known_args(argv)
    if rest and (not hasattr(options, "rest") or any(word.startswith("-") for word in rest)):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if rest:
        options.rest = [*options.rest, *rest]
    return options


def _language():
    return "ko" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("ko") else "en"


def _parser():
    parser = argparse.ArgumentParser(prog="klepaas", description="The GitOps platform you can talk to.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _submit(commands)
    _read(commands)
    for name, help, run in (("demo", "run the whole product on this machine", _demo), ("web", "run the web server", _web), ("parse", "read sentences as JSON lines from stdin", _parse)):
        commands.add_parser(name, help=help).set_defaults(run=run)
    controller = commands.add_parser("controller", help="run the controller")
    controller.add_argument("--once", action="store_true", help="one tick: exit 0 all applied, 1 some app failed, 2 could not run")
    controller.set_defaults(run=_controller)
    _adopt(commands)
    _workflow(commands)
    _connect(commands)
    _mcp(commands)
    cli_accounts.add(commands)
    _doctors(commands)
    return parser


def _submit(commands):
    submit = commands.add_parser("submit", help="submit a change or an order", epilog="klepaas submit scale nginx -e staging replicas=3")
    _about(submit, "VERB")
    submit.add_argument("--preview", action="store_true", help="show what it would do, and do nothing")
    submit.add_argument("--id", help="send the same id again to ask what became of it")
    submit.add_argument("--text", help="the words it was asked for in")
    submit.add_argument("--reason", help="why")
    submit.set_defaults(run=_submitted)


def _read(commands):
    read = commands.add_parser("read", help="ask something", epilog="klepaas read status nginx -e staging")
    _about(read, "VERB")
    read.set_defaults(run=_asked)
    history = commands.add_parser("history", help="who changed an app, when and in which words")
    history.add_argument("app", nargs="?", metavar="APP")
    history.add_argument("-e", "--environment", metavar="ENV")
    history.add_argument("--author", metavar="WHO", help="part of a name or an address")
    history.add_argument("--verb", metavar="VERB", help="what was done")
    history.add_argument("--limit", default="20")
    history.add_argument("--json", action="store_true")
    history.set_defaults(run=_history)


def _adopt(commands):
    adopt = commands.add_parser("adopt", help="write the files of what runs in a namespace already, so that it goes on from git")
    adopt.add_argument("namespace", metavar="NAMESPACE")
    adopt.add_argument("-e", "--environment", metavar="ENV", help="where several environments have the namespace")
    adopt.add_argument("--preview", action="store_true", help="show what would be written, and write nothing")
    adopt.add_argument("--id", help="send the same id again to ask what became of it")
    adopt.add_argument("--json", action="store_true", help="print JSON")
    adopt.set_defaults(run=_adopted)


def _workflow(commands):
    workflow = commands.add_parser("workflow", help="print the pipeline that builds an application repository and deploys it here")
    workflow.add_argument("repository", metavar="OWNER/REPO")
    workflow.add_argument("--kind", help="github, gitea or gitlab (default: FORGE, else github)")
    workflow.add_argument("--image", help="image it pushes (default: that of the apps that are built from the repository)")
    workflow.add_argument("--branch", default="main", help="branch whose pushes are built")
    workflow.add_argument("--install", action="store_true", help="open a pull request there that adds it")
    workflow.set_defaults(run=_pipeline)


def _connect(commands):
    connect = commands.add_parser("connect", help="connect an application repository: a pull request there with its pipeline, the app here", epilog="klepaas connect acme/shop shop -e staging -e production --image registry.example/acme/shop")
    connect.add_argument("repository", metavar="OWNER/REPO")
    connect.add_argument("app", metavar="APP")
    connect.add_argument("-e", "--environment", metavar="ENV", action="append", required=True, help="where the app is made; may be said several times")
    connect.add_argument("--branch", help="branch whose pushes are built (default: that of the repository)")
    connect.add_argument("--image", help="image that the pipeline pushes (default: that of the apps that are built from the repository)")
    connect.add_argument("--buildpack", action="store_true", help="build without a Dockerfile, by buildpacks")
    connect.add_argument("--dockerfile", metavar="PATH", help="path of the Dockerfile there")
    connect.add_argument("--port", type=int, help="port the container listens on")
    connect.add_argument("--preview", action="store_true", help="show what it would do, and do nothing")
    connect.add_argument("--id", help="send the same id again to go on where it stopped")
    connect.add_argument("--json", action="store_true", help="print JSON")
    connect.set_defaults(run=_connected)


def _mcp(commands):
    mcp = commands.add_parser("mcp", help="serve the Model Context Protocol over stdin and stdout, for an agent that starts its servers itself")
    mcp.add_argument("--scopes", help="no more than these, separated by commas, each perhaps with @ENVIRONMENT (on CONFIG_REPO directly; a token has its own)")
    mcp.set_defaults(run=_agent)


def _about(parser, verb):
    parser.add_argument("verb", metavar=verb)
    parser.add_argument("rest", nargs="*", metavar="APP key=value", help="the app, then the verb's arguments")
    parser.add_argument("-e", "--environment", metavar="ENV")
    parser.add_argument("--json", action="store_true", help="print JSON")


def _doctors(commands):
    doctor = commands.add_parser("doctor", help="settings, where each comes from and whether it works")
    doctor.add_argument("--json", action="store_true")
    doctor.set_defaults(run=_doctor)


# --- running ----------------------------------------------------------------------------------------------------------


def _submitted(options, settings):
    from web.cli import operator

    command = _command(options, {name: getattr(options, name) for name in ("id", "text", "reason")})
    found = operator.submit(settings, command, options.preview)
    print(json.dumps(found, default=str, ensure_ascii=False) if options.json else terminal.receipt(found))


def _adopted(options, settings):
    from web.cli import operator

    adoption, found = operator.adopt(settings, options.namespace, options.environment, options.preview, options.id)
    print(json.dumps({**asdict(adoption), "receipt": found}, default=str, ensure_ascii=False) if options.json else terminal.adoption(adoption, found))


def _pipeline(options, settings):
    from web.cli import operator

    content, url = operator.workflow(settings, options.repository, options.kind, options.image, options.branch, options.install)
    print((url or "it is there already") if options.install else content, end="\n" if options.install else "")


def _connected(options, settings):
    from web.cli import operator

    asked = {name: getattr(options, name) for name in ("repository", "app", "branch", "image", "dockerfile", "port", "id")} | {
        "environments": options.environment, "build": "buildpack" if options.buildpack else "dockerfile", "preview": options.preview}
    found = operator.connect(settings, {name: value for name, value in asked.items() if value is not None})
    print(json.dumps(found, default=str, ensure_ascii=False) if options.json else terminal.connection(found))


def _asked(options, settings):
    from web.cli import operator

    found = operator.read(settings, _command(options, {}))
    print(json.dumps(found, default=str, ensure_ascii=False) if options.json else terminal.answer(found))


def _command(options, more):
    from gitops.types import Command

    app, args = None, {}
    for word in options.rest:
        key, equals, value = word.partition("=")
        if equals:
            args[key] = value
        elif app is None and not args:
            app = word
        else:
            raise SystemExit(_usage(f"{word!r} is no key=value"))
    return Command(options.verb, app, options.environment, args, **more)


def _usage(message):
    print(f"klepaas: {message}", file=sys.stderr)
    return 2


def _history(options, settings):
    from gitops.types import Command
    from web.cli import operator

    found = operator.read(settings, Command("history", options.app, options.environment, {name: getattr(options, name) for name in ("limit", "author", "verb") if getattr(options, name)}))
    print(json.dumps(found["data"], default=str, ensure_ascii=False) if options.json else terminal.history(found["data"]["items"]))


def _parse(options, settings):
    from nlp import interpret

    for line in sys.stdin.buffer:
        if line.strip():
            print(json.dumps(interpret.parse_text(line), ensure_ascii=False), flush=True)


def _demo(options, settings):
    from web.cli import demo

    return demo.run(settings)


def _web(options, settings):
    os.environ["PORT"] = str(settings.port)
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "-c", str(Path(__file__).parent.with_name("gunicorn_conf.py")), "web:create_app()"])


def _controller(options, settings):
    os.execv(sys.executable, [sys.executable, "-m", "controller", *(["--once"] if options.once else [])])


def _agent(options, settings):
    from web.mcp import stdio

    return stdio.run(settings, options.scopes.split(",") if options.scopes else None, _language())


def _doctor(options, settings):
    from web.cli import doctor

    found = doctor.examine(settings)
    print(json.dumps(found, ensure_ascii=False) if options.json else doctor.table(found))
    return 1 if any(each["works"] is False for each in found) else 0


if __name__ == "__main__":
    sys.exit(main())
