"""Laws of values files whatever they look like, over generated ones."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gitops import values
from gitops.errors import Invalid
from tests.gitops.values_help import changed

REMOVED = values.REMOVED
KEYS = st.sampled_from(["a", "b", "image", "tag", "'q'", '"d"', "한글", "x.y", "on_", "k-1"])
SCALARS = st.sampled_from(["1", "v1", "'a b'", '"🚀 \\n"', "2024-01-01", "0123", "12e4567", "yes", "~", "", "한글 값", "&z 7", "a:b", "1.10"])
COMMENTS = st.sampled_from(["", "", "", " # 주석 🚀", "   # a: b", "\t# tab"])
GAPS = st.sampled_from([[], [], [], [""], ["# 설명: x"], ["   "], ["      # 깊은 주석"]])


@st.composite
def blocks(draw, indent, depth):
    """The lines of a mapping in block style."""
    found = []
    for key in draw(st.lists(KEYS, min_size=1, max_size=4, unique_by=lambda key: key.strip("'\""))):
        found += draw(GAPS)
        kind = draw(st.sampled_from(["scalar", "scalar", "map", "flow", "list", "text"] if depth else ["scalar"]))
        comment, pad = draw(COMMENTS), " " * indent
        if kind == "scalar":
            found.append(f"{pad}{key}:{draw(st.sampled_from([' ', '   ']))}{draw(SCALARS)}{comment}")
        elif kind == "map":
            found += [f"{pad}{key}:{comment}", *draw(blocks(indent + draw(st.integers(1, 4)), depth - 1))]
        elif kind == "flow":
            found.append(f"{pad}{key}: {{a: {draw(SCALARS)} , b: [x,  y],\"c\": 'z'}}{comment}")
        elif kind == "list":
            found += [f"{pad}{key}:{comment}", f"{pad}- name: A{comment}", f"{pad}  value: {draw(SCALARS)}", f"{pad}- plain"]
        else:
            found += [f"{pad}{key}: |", f"{pad}    # 글 {{", f"{pad}    tag: 1"]
    return found


@st.composite
def files(draw):
    found, newline = draw(blocks(0, 2)), draw(st.sampled_from(["\n", "\n", "\r\n"]))
    text = newline.join(found) + draw(st.sampled_from([newline, newline, "", newline * 3]))
    text = "".join(part if index == 0 else f"&z{index} 7{part}" for index, part in enumerate(text.split("&z 7")))
    return (draw(st.sampled_from(["", "", "\ufeff"])) + text).encode()


def places(found, above=()):
    """The places of all values below mappings."""
    for key, value in found.items():
        yield (*above, key), value
        if isinstance(value, dict):
            yield from places(value, (*above, key))


def joined(place):
    return ".".join(step.replace(".", "\\.") for step in place)


def with_value(found, place, value):
    step, rest = place[0], place[1:]
    if rest:
        return {**found, step: with_value(found.get(step) or {}, rest, value)}
    return {**found, step: value} if value is not REMOVED else {key: each for key, each in found.items() if key != step}


NEW = st.sampled_from(["v2", "1.10", "no", "", "한글 🚀", "a\nb", 7, True, None, "'\"", "# x"])


@settings(max_examples=200, deadline=None, derandomize=True)
@given(files(), st.data())
def test_any_scalar_of_any_file_changes_alone(before, data):
    """Whatever the file looks like, a changed scalar is one changed line, and the file says exactly that and nothing else new."""
    parsed = values.parse(before, "v.yaml")
    choices = [place for place, value in places(parsed) if not isinstance(value, (dict, list)) and not (isinstance(value, str) and "글 {" in value)]
    if not choices:
        return
    place, value = data.draw(st.sampled_from(choices)), data.draw(NEW)
    after = values.edit(before, {joined(place): value}, "v.yaml")
    assert values.parse(after, "v.yaml") == with_value(parsed, place, value)
    gone, come = changed(before, after)
    assert len(gone) == len(come) <= 1


@settings(max_examples=200, deadline=None, derandomize=True)
@given(files(), st.data())
def test_any_key_is_added_and_removed_alone(before, data):
    """A key added to any mapping of any file, or removed from it, leaves every other value and every comment as they were."""
    parsed = values.parse(before, "v.yaml")
    maps = [()] + [place for place, value in places(parsed) if isinstance(value, dict)]
    place = (*data.draw(st.sampled_from(maps)), "added")
    after = edited(before, joined(place), data.draw(NEW))
    if after is not None:
        assert with_value(values.parse(after, "v.yaml"), place, REMOVED) == parsed
        assert values.parse(values.edit(after, {joined(place): REMOVED}, "v.yaml"), "v.yaml") == parsed
    gone = data.draw(st.sampled_from([place for place, _ in places(parsed)]))
    after = edited(before, joined(gone), REMOVED)
    assert after is None or values.parse(after, "v.yaml") == with_value(parsed, gone, REMOVED)


def edited(before, key, value):
    """The file after, or None where block text would take up the line or the comment beside it: that is refused."""
    try:
        return values.edit(before, {key: value}, "v.yaml")
    except Invalid as refused:
        assert refused.code == "values_not_editable" and b": |" in before
        return None


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.one_of(st.binary(max_size=60), st.text("a: -[]{}\n\t&*!|>'\"#%?~1,.<=é", max_size=40).map(str.encode)))
def test_any_bytes_are_read_or_refused(data):
    """No bytes bring anything but a mapping or an error that names the file."""
    try:
        assert isinstance(values.parse(data, "v.yaml"), dict)
        after = values.edit(data, {"new.key": "v"}, "v.yaml")
    except Invalid as refused:
        assert refused.path == "v.yaml"
        return
    assert values.lookup(values.parse(after, "v.yaml"), "new.key") == "v"
