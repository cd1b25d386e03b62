"""Claude, through the SDK `anthropic`: the answer is the input of a tool that it must call."""

from nlp.models.question import MEANING, TOKENS, TOOL, Answer, stainless_failure

URL = "https://api.anthropic.com"


def opened(provider, seconds):
    import anthropic

    return anthropic.Anthropic(api_key=provider.key, base_url=provider.base_url or URL, max_retries=0, timeout=seconds, http_client=anthropic.DefaultHttpxClient(follow_redirects=False))


def ask(client, provider, question, seconds):
    said = client.messages.create(
        model=provider.model, max_tokens=TOKENS, system=question.instructions, messages=[{"role": "user", "content": question.content}],
        tools=[{"name": TOOL, "description": MEANING, "input_schema": question.schema, "strict": True}], tool_choice={"type": "tool", "name": TOOL}, timeout=seconds)
    data = next((each.input for each in said.content if each.type == "tool_use" and each.name == TOOL), None)
    return Answer(data, said.usage.input_tokens, said.usage.output_tokens, {"refusal": "declined", "max_tokens": "cut"}.get(said.stop_reason))


def failure(error):
    import anthropic

    return stainless_failure(anthropic, error)
