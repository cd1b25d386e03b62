"""Previews and their confirmation: what is confirmed is what was shown, once, by whom it was shown to, at the door where it was shown.

The ledger keeps the whole command under the preview's id, and carries it out under that id: confirmed twice, in two tabs or two processes, it is one command.
"""

import re
from dataclasses import replace

from gitops import audit, submit, views
from gitops.errors import Conflict, Invalid, KlepaasError
from web import metrics
from web.context import services

# What a high-risk command is confirmed with beside the app's name: (Korean, English).
WORDS = {"rollback": ("롤백 확인", "rollback"), "delete_app": ("삭제 확인", "delete"), "delete_manifest": ("삭제 확인", "delete"), "promote": ("승격 확인", "promote"), "apply_manifest": ("적용 확인", "apply"),
         "release": ("진행 확인", "release"), "approve": ("승인 확인", "approve"), "merge": ("병합 확인", "merge"), "reject": ("반려 확인", "reject")}
WORD = ("확인", "confirm")  # of a verb that no door offers
PLAIN = {"rollback": ("확인",)}  # verbs for which the everyday word is enough
YES = re.compile(r"(?:네|예|응|yes|ok|okay|확인|please)\s+(?=\S)")
POLITE = re.compile(r"(?:합니다|해요|해 ?줘|해주세요|할게요?|이요|요|please)$")


def kept(actor, command, plan, **where):
    """The id of a preview; `plan` as JSON shows it. Its arguments are complete, so what time or history would bring is what was shown."""
    complete = replace(command, app=plan["app"], environment=plan["environment"], args=plan["args"])
    return services().ledger.preview_keep(actor, complete, plan["hash"], plan["risk"], **where)


def word(command, risk):
    """The words that confirm it, by language; None where a click is enough."""
    return dict(zip(("ko", "en"), WORDS.get(command.verb, WORD), strict=True)) if risk == "high" else None


def given(found, said):
    """Whether these words confirm a high-risk preview: its own, or the app's name, and nothing else with them."""
    command, words = found["command"], " ".join(re.sub(r"[^\w-]+", " ", said.lower()).split())
    korean, english = WORDS.get(command.verb, WORD)
    accepted = {korean, korean.replace(" ", ""), english, f"confirm {english}", f"{english} confirm", *PLAIN.get(command.verb, ()), *filter(None, [command.app])}
    return bool({words, POLITE.sub("", words).strip(), YES.sub("", words, 1)} & accepted)


def sure(found, said, language):
    """Invalid unless the words are enough for the risk."""
    if found["risk"] == "high" and not given(found, said or ""):
        raise Invalid("word_needed", verb=found["command"].verb, word=WORDS.get(found["command"].verb, WORD)[language == "en"])


def confirmed(actor, id, digest=None):
    """The Receipt. Conflict when something else was done with the preview, when `digest` is another plan's, or when it would do something else by now."""
    found = services().ledger.preview(id, actor)
    with audit.refusals(services(), actor, found["command"]):
        if digest is not None and digest != found["hash"]:
            raise Conflict("confirmation_other_plan")
        if found["status"] == "waiting":
            _as_shown(actor, found)
        services().ledger.preview_confirm(id, actor)
        return _carried_out(actor, found)


def _as_shown(actor, found):
    """Conflict when the plan is another by now: unless somebody confirmed meanwhile, which is why it is."""
    plan = views.plan(submit.preview(services(), actor, found["command"]))
    if plan["hash"] != found["hash"] and services().ledger.preview(found["id"], actor)["status"] == "waiting":
        raise Conflict("preview_outdated", id=found["id"])


def _carried_out(actor, found):
    try:
        receipt = submit.submit(services(), actor, found["command"])
    except KlepaasError as error:
        if not error.transient:
            services().ledger.preview_refused(found["id"], error.code)
        raise
    services().ledger.preview_done(found["id"], status=receipt.status, commit=receipt.commit, review=receipt.review and receipt.review.id)
    metrics.DEPLOYMENTS.labels(found["command"].environment or "", receipt.status).inc()
    return receipt
