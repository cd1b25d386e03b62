"""Answers of the chat as Block Kit: previews with their buttons, reads, receipts, questions. Must not read or decide; what others wrote is escaped."""

from gitops import messages
from gitops.outside.slack import actions, button, escaped, section, sections
from web.cli import terminal

LONGEST = 2600  # characters of a diff or an answer; a block takes 3,000
CHOICES = 5
WORDS = {
    "confirm": ("Confirm", "확인"), "cancel": ("Cancel", "취소"), "cancelled": ("Cancelled. Nothing was changed.", "취소했습니다. 아무것도 바뀌지 않았습니다."), "committed": ("Committed", "커밋했습니다"), "proposed": ("Proposed: another person reviews it", "제안했습니다. 다른 사람이 리뷰합니다"),
    "unchanged": ("Already so: nothing to change.", "이미 그 상태입니다. 바꿀 것이 없습니다."), "accepted": ("Accepted", "접수했습니다"), "building": ("The image is built first; the change comes then", "이미지를 먼저 빌드합니다. 그다음 변경이 이루어집니다"),
    "commit": ("as one commit", "커밋 1개로"), "review": ("after a review", "리뷰를 거친 뒤"), "order": ("at once, without a commit", "커밋 없이 바로"), "low": ("low risk", "위험도 낮음"), "medium": ("medium risk", "위험도 보통"), "high": ("high risk", "위험도 높음"),
    "word": ("High risk: type “{word}” or the app's name", "위험도 높음: “{word}” 또는 앱 이름을 입력하세요"), "rollback": ("Roll back", "되돌리기"), "logs": ("Logs", "로그"), "approve": ("Approve", "승인"), "reject": ("Reject", "반려"),
    "working": ("One moment …", "잠시만요 …"), "help": ("Say what to do, as: /klepaas scale nginx to 3", "할 일을 말씀하세요. 예: /klepaas nginx 3개로 늘려줘")}


def said(key, language, **values):
    return WORDS[key][language == "ko"].format(**values)


def answer(found):
    """The blocks of what one turn of the conversation came to."""
    language = found["language"]
    if found["kind"] == "cancelled":
        return [section(said("cancelled", language))]
    if found["kind"] == "done":
        return [block for each in found["items"] for block in (receipt(each, language) if "plan" in each else _question(each))]
    if "items" in found:
        return [block for each in found["items"] for block in _item(each, language)][:45]
    return _question(found)


def _item(item, language):
    if "plan" in item:
        return card(item, language)
    return _question(item) if "question" in item else read(item, language)


def _question(found):
    choices = [each for each in (found.get("choices") or found.get("suggestions") or ()) if isinstance(each, str)][:CHOICES]
    asked = section(escaped(found.get("question") or "?")[:LONGEST])
    return [asked, actions([button(each, f"say:{number}", each[:2000]) for number, each in enumerate(choices)])] if choices else [asked]


def card(item, language):
    """A preview with what confirms it; what is so already has nothing to confirm."""
    plan = item["plan"]
    place = " · ".join(filter(None, [plan["app"], plan["environment"]]))
    head = [section(f"*{escaped(place)}*\n{escaped(plan['summary'])}"), context([said(plan["risk"], language), said(plan["delivery"], language)])]
    if not item["command_id"]:
        return [*head, section(said("unchanged", language))]
    diffs = [section(code("\n".join(each["diff"] for each in plan["changes"])))] if plan["changes"] else []
    asks = [_word(item, language)] if item["word"] else []
    return [*head, *_warned(plan, language), *diffs, *asks, actions([button(said("confirm", language), "confirm", item["command_id"], style="primary"), button(said("cancel", language), "cancel", item["command_id"])])]


def _word(item, language):
    """What is typed into it comes with the click on Confirm."""
    return {"type": "input", "block_id": f"word:{item['command_id']}", "optional": True, "label": {"type": "plain_text", "text": said("word", language, word=item["word"][language])[:2000]},
            "element": {"type": "plain_text_input", "action_id": "word", "max_length": 100}}


def read(found, language):
    """A read as the command line prints it, under its sentence."""
    if found["type"] == "help":
        return sections([escaped(found["summary"]), *(f"• `{each['verb']}` {escaped(each[language])}" for each in found["data"]["items"])])
    text = terminal.answer(found).removeprefix(terminal.clean(found["summary"])).strip("\n")
    return [*sections([escaped(found["summary"])]), *([section(code(text))] if text.strip() else [])]


def receipt(found, language):
    plan = found["plan"]
    names = [f"`{found['commit'][:8]}`" if found.get("commit") else "", f"review `{escaped(found['review']['id'])}`" if found.get("review") else ""]
    done = section(" ".join(filter(None, [f":white_check_mark: *{said(found['status'], language)}*:", escaped(plan["summary"]), *names])))
    return [done, *(_warned(plan, language) if found["status"] == "accepted" else [])]


def _warned(plan, language):
    return [section(f":warning: {escaped(messages.warning(each, language))}"[:LONGEST]) for each in plan["warnings"]]


def code(text):
    """In a block of code, which ends where it is to end."""
    kept = escaped(text.replace("```", "'''"))
    return f"```{kept[:LONGEST]}{'…' if len(kept) > LONGEST else ''}```"


def context(texts):
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": escaped(" · ".join(texts))[:300]}]}
