"""Diffs of files tell that a Secret changed, and nothing of what it holds, however the file is written."""

import pytest

from gitops import values
from gitops.types import Change

OLD, NEW = "hunter2-old-value", "hunter3-new-value"
FILES = {
    "block": "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\nstringData:\n  password: {0}\n  user: same\n",
    "flow": "{{apiVersion: v1, kind: Secret, metadata: {{name: db}}, data: {{password: {0}}}}}\n",
    "json": '{{"kind": "Secret", "apiVersion": "v1", "metadata": {{"name": "db"}}, "stringData": {{"password": "{0}"}}}}\n',
    "several lines": "kind: Secret\nmetadata: {{name: db}}\nstringData:\n  file: |\n    first {0}\n    second {0}\n  after: x\n",
    "folded and quoted": "kind: 'Secret'\nmetadata: {{name: db}}\n\"stringData\":\n  \"password\": \"{0}\\\n    more {0}\"\n",
    "among others": "kind: ConfigMap\nmetadata: {{name: a}}\ndata: {{shown: visible}}\n---\nkind: Secret\nmetadata: {{name: db}}\ndata:\n  password: {0}\n---\nkind: Service\n",
    "in a list": "kind: List\nitems:\n- kind: Secret\n  metadata: {{name: db}}\n  data:\n    password: {0}\n",
    "by an anchor": "x: &it {0}\nkind: Secret\nmetadata: {{name: db}}\nstringData:\n  password: *it\n",
    "with a BOM": "\ufeffkind: Secret\nmetadata: {{name: db}}\nstringData:\n  password: {0}\n",
    "with CRLF": "kind: Secret\r\nmetadata: {{name: db}}\r\nstringData:\r\n  password: {0}\r\n",
    "data as a text": "kind: Secret\nmetadata: {{name: db}}\ndata: {0}\n",
    "a template": "{{{{- if .Values.on }}}}\nkind: Secret\nmetadata:\n  name: {{{{ .Release.Name }}}}\nstringData:\n  password: {0}\n  other: {{{{ .Values.other | quote }}}}\n  half: {0}{{{{ .Values.x }}}}\n  long: |\n    {0}\n{{{{- end }}}}\n",
    "no YAML": "kind: Secret\nkind: Secret\nstringData:\n  password: {0}\n",
}


@pytest.mark.parametrize("case", FILES)
def test_nothing_of_a_secret_is_in_a_diff(case):
    """Made, changed, taken away: neither value is there, and a change shows."""
    old, new = (FILES[case].format(value).encode() for value in (OLD, NEW))
    for before, after in ((None, new), (old, new), (old, None)):
        found = values.diff(Change("secret.yaml", before, after))
        assert found and "hunter" not in found, found
    assert "(changed)" in values.diff(Change("secret.yaml", old, new)) or case == "by an anchor", values.diff(Change("secret.yaml", old, new))
    assert values.diff(Change("secret.yaml", old, old)) == ""


def test_the_rest_is_told(case="among others"):
    """Other objects, other lines and what is only named in a template stay as they are."""
    text = FILES[case].format(OLD)
    found = values.diff(Change("x.yaml", text.encode(), text.replace("visible", "changed").encode()))
    assert "-data: {shown: visible}" in found and "+data: {shown: changed}" in found and "***" not in found.replace(" data:", "") or "password: ***" in found
    template = FILES["a template"].format(OLD)
    shown = values.diff(Change("t.yaml", None, template.encode()))
    assert "+  other: {{ .Values.other | quote }}" in shown and "+  name: {{ .Release.Name }}" in shown


def test_a_file_without_one_is_as_it_was():
    """Byte for byte, also without a last line break."""
    assert values.diff(Change("v.yaml", b"a: 1\n", b"a: 2")) == "--- a/v.yaml\n+++ b/v.yaml\n@@ -1 +1 @@\n-a: 1\n+a: 2\n\\ No newline at end of file\n"
