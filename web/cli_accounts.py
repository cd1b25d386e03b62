"""The command line's part about people and what they did: tokens, sign-in links, the audit."""

import sys


def add(commands):
    _tokens(commands)
    link = commands.add_parser("link", help="a new one-time sign-in link")
    link.add_argument("user", metavar="USER")
    link.set_defaults(run=_link)
    _audits(commands)


def _tokens(commands):
    token = commands.add_parser("token", help="API tokens").add_subparsers(dest="action", required=True)
    create = token.add_parser("create", help="make a token; it is the last word printed")
    create.add_argument("--scopes", required=True, help="separated by commas, each perhaps with @ENVIRONMENT")
    create.add_argument("--user", help="whom it acts for (default: the owner, or who you are)")
    create.add_argument("--name", default="cli")
    create.add_argument("--days", type=int, help="days until it expires")
    create.add_argument("--agent", action="store_true", help="for a program that speaks for the person: it proposes, people merge")
    create.set_defaults(run=_token)


def _audits(commands):
    audit = commands.add_parser("audit", help="who tried what, and what became of it").add_subparsers(dest="action", required=True)
    audit.add_parser("verify", help="whether the audit is whole: exit 0 it is, 1 it is not").set_defaults(run=_verified)
    export = audit.add_parser("export", help="the audit as JSON lines, oldest first")
    for name in ("since", "until"):
        export.add_argument(f"--{name}", metavar="TIME", help="ISO 8601, as 2026-11-24T09:00:00Z")
    export.set_defaults(run=_exported)


# --- running ----------------------------------------------------------------------------------------------------------


def _token(options, settings):
    from web import operator

    print(f"token for {options.user or 'you'}:", operator.token(settings, options.user, options.name, options.scopes.split(","), options.agent, options.days))


def _link(options, settings):
    from web import operator

    print(operator.link(settings, options.user))


def _verified(options, settings):
    from web import operator

    found = operator.audit_verify(settings)
    print(f"{found['rows']} rows, {found['first'] or 0} to {found['last'] or 0}, {found['checkpoints']} checkpoints:", "whole" if not found["problems"] else "NOT whole")
    for each in found["problems"]:
        print(f"  {each}")
    return 1 if found["problems"] else 0


def _exported(options, settings):
    from web import operator

    for line in operator.audit_lines(settings, options.since, options.until):
        sys.stdout.buffer.write(line)
