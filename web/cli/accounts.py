"""The command line's part about people and what they did: tokens, sign-in links, the audit."""

import json
import sys

from web.cli import terminal


def add(commands):
    _tokens(commands)
    link = commands.add_parser("link", help="a new one-time sign-in link")
    link.add_argument("user", metavar="USER")
    link.set_defaults(run=_link)
    _access(commands)
    _audits(commands)


def _access(commands):
    for name, help in (("grant", "grant a role in klepaas-access.yaml: one commit, or one review"), ("withdraw", "take a granted role back")):
        parser = commands.add_parser(name, help=help, epilog=f"klepaas {name} user:kim@example.org developer -e staging")
        parser.add_argument("subject", metavar="SUBJECT", help="user:ADDRESS, domain:DOMAIN, team:ORGANIZATION/TEAM or subject:SUBJECT")
        parser.add_argument("role", metavar="ROLE")
        parser.add_argument("-e", "--environment", metavar="ENV,ENV", help="default: all of them")
        parser.add_argument("--preview", action="store_true", help="show what it would do, and do nothing")
        parser.add_argument("--id", help="send the same id again to ask what became of it")
        parser.add_argument("--reason", help="why")
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.set_defaults(run=_granted, verb=name)
    commands.add_parser("access", help="roles and grants of klepaas-access.yaml, as JSON").set_defaults(run=_listed)
    user = commands.add_parser("user", help="people").add_subparsers(dest="action", required=True)
    user.add_parser("list", help="everybody who ever signed in, what they hold and why, as JSON").set_defaults(run=_people)
    out = user.add_parser("sign-out", help="end all sign-ins and revoke all tokens of a person")
    out.add_argument("user", metavar="USER")
    out.set_defaults(run=_out)


def _tokens(commands):
    token = commands.add_parser("token", help="API tokens").add_subparsers(dest="action", required=True)
    create = token.add_parser("create", help="make a token; it is the last word printed")
    create.add_argument("--scopes", required=True, help="separated by commas, each perhaps with @ENVIRONMENT")
    create.add_argument("--user", help="whom it acts for (default: the owner, or who you are)")
    create.add_argument("--name", default="cli")
    create.add_argument("--days", type=int, help="days until it expires")
    create.add_argument("--agent", action="store_true", help="for a program that speaks for the person: it proposes, people merge")
    create.set_defaults(run=_token)
    listed = token.add_parser("list", help="a person's tokens, as JSON")
    listed.add_argument("user", metavar="USER")
    listed.set_defaults(run=_token_list)
    revoke = token.add_parser("revoke", help="revoke a token by its id; what it keeps open ends")
    revoke.add_argument("user", metavar="USER")
    revoke.add_argument("id", metavar="ID")
    revoke.set_defaults(run=_token_revoke)


def _audits(commands):
    audit = commands.add_parser("audit", help="who tried what, and what became of it").add_subparsers(dest="action", required=True)
    audit.add_parser("verify", help="whether the audit is whole: exit 0 it is, 1 it is not").set_defaults(run=_verified)
    export = audit.add_parser("export", help="the audit as JSON lines, oldest first")
    for name in ("since", "until"):
        export.add_argument(f"--{name}", metavar="TIME", help="ISO 8601, as 2026-11-24T09:00:00Z")
    export.set_defaults(run=_exported)


# --- running ----------------------------------------------------------------------------------------------------------


def _token(options, settings):
    from web.cli import operator

    print(f"token for {options.user or 'you'}:", operator.token(settings, options.user, options.name, options.scopes.split(","), options.agent, options.days))


def _token_list(options, settings):
    from web.cli import operator

    print(json.dumps(operator.tokens(settings, options.user), ensure_ascii=False, indent=1))


def _token_revoke(options, settings):
    from web.cli import operator

    operator.token_revoke(settings, options.user, options.id)
    print("revoked")


def _link(options, settings):
    from web.cli import operator

    print(operator.link(settings, options.user))


def _granted(options, settings):
    from web.cli import operator

    found = operator.granted(settings, options.verb, options.subject, options.role, options.environment, options.preview, id=options.id, reason=options.reason)
    print(json.dumps(found, default=str, ensure_ascii=False) if options.json else terminal.receipt(found))


def _listed(options, settings):
    from web.cli import operator

    print(json.dumps(operator.access(settings), ensure_ascii=False, indent=1))


def _people(options, settings):
    from web.cli import operator

    print(json.dumps(operator.people(settings), ensure_ascii=False, indent=1))


def _out(options, settings):
    from web.cli import operator

    print("{sessions} sign-ins and {tokens} tokens ended".format(**operator.signed_out(settings, options.user)))


def _verified(options, settings):
    from web.cli import operator

    found = operator.audit_verify(settings)
    print(f"{found['rows']} rows, {found['first'] or 0} to {found['last'] or 0}, {found['checkpoints']} checkpoints:", "whole" if not found["problems"] else "NOT whole")
    for each in found["problems"]:
        print(f"  {each}")
    return 1 if found["problems"] else 0


def _exported(options, settings):
    from web.cli import operator

    for line in operator.audit_lines(settings, options.since, options.until):
        sys.stdout.buffer.write(line)
