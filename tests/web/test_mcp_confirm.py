"""Confirming over MCP: the same previews as in the chat, bound to the hash of what was shown."""

import asyncio

from tests.test_path import call


def test_a_confirmation_is_bound_to_what_was_shown(demo):
    """Another hash, another id, and a preview of another door are refused; confirmed twice it is one proposal."""
    before, token = demo.head(), demo.token()
    chat = demo.signed_in("owner").post(f"{demo.api}/nlp/process", json={"text": "chat-app 5개로 바꿔줘"}).json()["items"][0]
    preview, other, stranger, unknown, first, again = asyncio.run(call(
        demo, token, ("set_env", {"app": "chat-app", "environment": "staging", "name": "FROM", "value": "agent"}),
        lambda found: ("confirm", {**found[0].structured_content["confirm"], "hash": "0" * 64}),
        ("confirm", {"id": chat["command_id"], "hash": chat["plan"]["hash"]}), ("confirm", {"id": "x", "hash": "y"}),
        lambda found: ("confirm", found[0].structured_content["confirm"]), lambda found: ("confirm", found[0].structured_content["confirm"])))
    assert other.structured_content["code"] == "confirmation_other_plan" and other.is_error
    assert {stranger.structured_content["code"], unknown.structured_content["code"]} == {"no_such_preview"}
    assert first.structured_content["status"] == "proposed" and again.structured_content == first.structured_content
    assert demo.head() == before
