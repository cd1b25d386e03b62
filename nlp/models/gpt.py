"""GPT, and whatever speaks its API (Ollama, vLLM), through the SDK `openai`: the answer is text of the schema's form.

A response format rather than a tool: local servers hold to it, while some of them ignore `tool_choice`.
"""

import orjson

from nlp.models.question import TOKENS, TOOL, Answer, stainless_failure

URL = "https://api.openai.com/v1"


def opened(provider, seconds):
    import openai

    return openai.OpenAI(api_key=provider.key, base_url=provider.base_url or URL, max_retries=0, timeout=seconds, http_client=openai.DefaultHttpxClient(follow_redirects=False))


def ask(client, provider, question, seconds):
    said = client.chat.completions.create(
        model=provider.model, max_completion_tokens=TOKENS, timeout=seconds,
        messages=[{"role": "system", "content": question.instructions}, {"role": "user", "content": question.content}],
        response_format={"type": "json_schema", "json_schema": {"name": TOOL, "schema": question.schema, "strict": True}})
    first, usage = said.choices[0], said.usage
    ended = "declined" if first.message.refusal or first.finish_reason == "content_filter" else "cut" if first.finish_reason == "length" else None
    return Answer(None if ended else _parsed(first.message.content), usage and usage.prompt_tokens, usage and usage.completion_tokens, ended)


def _parsed(text):
    try:
        return orjson.loads(text or "")
    except orjson.JSONDecodeError:
        return None


def failure(error):
    import openai

    return stainless_failure(openai, error)
