"""What the command line prints for people. Text from git and clusters is shown without control characters."""

import re
from datetime import datetime

import orjson

from gitops import effects, messages

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def clean(text):
    return CONTROL.sub("", str(text))


def receipt(found):
    plan = found["plan"]
    head = f"{found['status']}: {plan['verb']} {plan['app'] or ''}{'/' + plan['environment'] if plan['environment'] else ''}  {plan['summary']}"
    lines = [head, *([f"commit {found['commit']}"] if found["commit"] else []), *([f"review {found['review']['id']} ({found['review']['status']})"] if found["review"] else [])]
    lines += [f"risk {plan['risk']}, delivered as {plan['delivery']}"] if found["status"] == "preview" else []
    lines += [f"warning: {messages.warning(each, 'en')}" for each in plan.get("warnings") or ()] if found["status"] in ("preview", "accepted") else []
    lines += [each["diff"].rstrip("\n") for each in plan["changes"]]
    lines += [f"{each['action']} {each['kind']} {each['name']}{': ' + effects.said(each['effect']) if 'effect' in each else ''}\n{each['diff'].rstrip()}" for each in plan["manifests"]] if found["status"] == "preview" else []
    return clean("\n".join(lines))


def connection(found):
    """The pipeline that is proposed there, then what becomes of the app here."""
    there = f"{found['path']} of {found['repository']} ({found['branch']})"
    head = [f"would be proposed: {there}", found["content"].rstrip()] if found["status"] == "preview" else [f"proposed {there}: {found['pull']}" if found["pull"] else f"there already: {there}"]
    return clean("\n".join([*head, *(receipt(each) for each in found["items"])]))


def adoption(adoption, found):
    """Object by object what the takeover does, then what is written, then what stays outside."""
    lines = [f"{each.app:<24} {each.source:<10} {each.kind} {each.name}: {'differs: ' + ', '.join(each.fields) if each.fields else 'nothing differs'}" for each in adoption.objects]
    left = [f"  {kind} {name}: {why}" for kind, name, why in adoption.left]
    releases = [f"Helm's release {each} still claims what it installed: once git has it, delete the Secrets owner=helm,name={each}, and do not run helm uninstall" for each in adoption.releases]
    said = [receipt(found)] if found else ["nothing to adopt"]
    return clean("\n".join([*lines, *(["left as it is:", *left] if left else []), *releases, *said]))


def answer(found):
    data = found["data"]
    if found["type"] == "logs":
        return clean("\n".join(data["lines"]))
    if found["type"] == "history":
        return history(data["items"])
    if found["type"] == "query":
        return clean("\n".join(series(data)))
    if found["type"] == "diff":
        files = clean("\n".join(each["diff"] for each in data["changes"])) or "no file differs"
        return clean("\n".join([files.rstrip(), "", *live(data["live"])])) if "live" in data else files
    return clean("\n".join([found["summary"], *_lines(data)]))


def series(data):
    """A series a line, with what it is now; of a look back also from where to where it went."""
    if data["resultType"] not in ("vector", "matrix"):
        return [data["result"][1]]
    rows = [(each["metric"], [value for _, value in each.get("values") or [each["value"]]]) for each in data["result"]]
    lines = [f"{{{', '.join(f'{name}={value}' for name, value in labels.items())}}}  {values[-1]}" + (f"  (from {values[0]}, {len(values)} points)" if len(values) > 1 else "") for labels, values in rows]
    return [*(lines or ["no series"]), *([f"more than {len(rows)} series: the others are left out"] if data["truncated"] else []), *data["warnings"]]


def live(found):
    """A live diff: each object with what an apply would do to it, and the fields."""
    head = f"live in {found['app']}: {found['message'] or found['status']}"
    return [head, *(line for each in found.get("items", ()) for line in _object(each)), *([f"the same: {found['same']} objects"] if found.get("same") else [])]


def _object(each):
    yield f"  {each['action']} {each['kind']} {each['name']}" + (f": {each['message']}" if each.get("message") else "")
    for field in each["fields"]:
        yield f"    {field['path']}: {orjson.dumps(field['live']).decode()} -> {orjson.dumps(field['desired']).decode()}"


def _lines(data):
    if isinstance(data.get("items"), list):
        return [_row(each) for each in data["items"]]
    return [f"  {name}: {_short(value)}" for name, value in data.items() if value not in (None, [], {})]


def _row(each):
    if isinstance(each.get("metadata"), dict):  # an object of Kubernetes: where it is and what it is called are further in
        each = {name: each.get(name) for name in ("environment", "kind")} | {name: each["metadata"].get(name) for name in ("namespace", "name")}
    return "  " + "  ".join(f"{name}={_short(value)}" for name, value in each.items() if value not in (None, [], {}, "") and not isinstance(value, dict))


def _short(value):
    return ", ".join(_short(each) for each in value) if isinstance(value, list) else "{" + ", ".join(f"{name}={_short(each)}" for name, each in value.items()) + "}" if isinstance(value, dict) else str(value)


def _synced(done):
    took = f", {done['seconds']:.1f} s" if done["seconds"] is not None else ""
    return f"{done['app']}/{done['environment']}: {done['status']}, {done['objects']} objects{took}"


def _said(entry):
    """What a commit says beside its subject: the words it was asked for in, who approved it, who merged it without approvals and why."""
    told = (("words", "“{}”"), ("reviewed_by", "approved by {}"), ("broke_glass", "merged without approvals by {}"))
    return [form.format(" ".join(entry[name].split())) for name, form in told if entry[name]]


def history(items):
    rows = [f"{each['revision'][:8]}  {datetime.fromtimestamp(each['time']):%Y-%m-%d %H:%M}  {each['channel']:<7} {each['author']:<16} {each['subject']}"
            + "".join(f"\n{'':10}{said}" for said in _said(each)) + "".join(f"\n{'':10}{_synced(done)}" for done in each["synced"]) for each in items]
    return clean("\n".join(rows)) or "no commits"
