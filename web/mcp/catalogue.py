"""The tools: one a verb, `confirm`, and the predecessor's names. Who may use none of a tool's right does not see it. Must not call anything."""

from mcp import types

from gitops import policy, verbs
from web.mcp import predecessor, schemas

CONFIRM = {"type": "object", "additionalProperties": False, "required": ["id", "hash"],
           "properties": {"id": {"type": "string", "description": "confirm.id of the preview"}, "hash": {"type": "string", "description": "confirm.hash of the preview: what was shown"}}}
DESTROYS = ("rollback", "delete_app", "delete_manifest", "apply_manifest", "unset_env", "suspend", "reject", "cancel", "merge", "promote", "release")
SAME = ("scale", "set_env", "unset_env", "suspend", "resume", "delete_app", "delete_manifest", "apply_manifest", "approve", "merge", "reject", "sync")


def seen(actor):
    """The tools of whom holds what they need at some environment at least; `confirm` with the first that changes something."""
    mine = [each for each in TOOLS if each.name not in NEEDS or policy.holds(actor.scopes, NEEDS[each.name])]
    return mine if any(not each.annotations.read_only_hint and each.name in NEEDS for each in mine) else [each for each in mine if each.name in NEEDS]


def _tool(verb):
    reading = verb.kind == "read"
    return types.Tool(
        name=verb.name, title=verb.help[0], description=described(verb, f"{verb.help[0]}. {verb.help[1]}."), input_schema=verbs.schema(verb),
        output_schema=schemas.read(verb.name) if reading else schemas.change(), annotations=hints(verb, verb.help[0]))


def described(verb, text):
    return text if verb.kind == "read" else f"{text} Risk: {verb.risk}. Answers with a preview; carry it out with `confirm`."


def hints(verb, title):
    """All of them are stated: what is left out counts as the worst."""
    reading = verb.kind == "read"
    return types.ToolAnnotations(title=title, read_only_hint=reading, destructive_hint=not reading and (verb.name in DESTROYS or verb.risk == "high"),
                                 idempotent_hint=reading or verb.name in SAME, open_world_hint=False)


def _old(old):
    verb = verbs.VERBS[old.verbs[0]]
    return types.Tool(name=old.name, title=old.help, description=described(verb, f"{old.help}: the predecessor's name of {' or '.join(old.verbs)}."), input_schema=old.schema,
                      output_schema=schemas.read(*old.verbs) if verb.kind == "read" else schemas.change(),
                      annotations=hints(verb, old.help))


NEEDS = {each.name: each.scope for each in verbs.VERBS.values()} | {each.name: verbs.VERBS[each.verbs[0]].scope for each in predecessor.TOOLS.values()}
TOOLS = [*(_tool(each) for each in verbs.VERBS.values()), *(_old(each) for each in predecessor.TOOLS.values()), types.Tool(
    name="confirm", title="Carry out a previewed change", description="Carries out the change that a preview showed, exactly once. 미리보기로 확인한 변경을 한 번만 실행합니다.",
    input_schema=CONFIRM, output_schema=schemas.receipt(),
    annotations=types.ToolAnnotations(title="Carry out a previewed change", read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False))]
