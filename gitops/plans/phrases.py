"""The plan that adds a phrase to the lexicon of klepaas.yaml."""

from gitops import contract, values
from gitops.errors import Conflict, Invalid
from gitops.layout import CONFIG
from gitops.plans.base import Edit, changed


def teach(desired, command):
    """One line of `lexicon`. Invalid where there is no klepaas.yaml to hold it, or it would be broken by it."""
    say, means = command.args["say"], command.args["means"]
    data = desired.tree.read(CONFIG)
    if data is None:
        raise Invalid("no_config_file")
    known = desired.catalog.config.lexicon.get(say)
    if known not in (None, means):
        raise Conflict("phrase_known", say=say, means=known)
    after = data if known == means else values.edit(data, {"lexicon." + say.replace(".", "\\."): means}, CONFIG)
    for problem in contract.read(after, CONFIG).problems:
        raise Invalid("config_broken", path=problem.path, line=problem.line, detail=problem.message)
    return Edit(changed(CONFIG, data, after), f"{say} = {means}")
