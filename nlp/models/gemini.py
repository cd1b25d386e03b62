"""Gemini, through `google-generativeai` or, by GEMINI_SDK, its successor `google-genai`: the answer is the arguments of a function it must call.

The first is at its end of life upstream; what differs between the two is in this file alone.
"""

import warnings

from nlp.models.question import MEANING, TOKENS, TOOL, Answer, away, garbled, late, refused

OLD, NEW = "google-generativeai", "google-genai"
SDKS = (OLD, NEW)
DECLINED = {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "IMAGE_SAFETY"}


def opened(provider, seconds):
    return _opened_new(provider, seconds) if provider.sdk == NEW else _opened_old(provider)


def ask(client, provider, question, seconds):
    said = (_ask_new if provider.sdk == NEW else _ask_old)(client, provider, question, seconds)
    usage, first = said.usage_metadata, next(iter(said.candidates or ()), None)
    tokens = (usage.prompt_token_count, (usage.candidates_token_count or 0) + (getattr(usage, "thoughts_token_count", 0) or 0)) if usage else (None, None)
    ended = _ended(first) if first else "declined" if said.prompt_feedback and said.prompt_feedback.block_reason else None
    return Answer(_called(first) if first and not ended else None, *tokens, ended)


def _ended(candidate):
    reason = getattr(candidate.finish_reason, "name", None)
    return "cut" if reason == "MAX_TOKENS" else "declined" if reason in DECLINED else None


def _called(candidate):
    """The arguments of the call as plain values."""
    calls = [each.function_call for each in (candidate.content and candidate.content.parts) or () if each.function_call and each.function_call.name == TOOL]
    return _plain(calls[0].args) if calls else None


def _plain(value):
    """The old SDK answers views of protobuf messages."""
    if hasattr(value, "items"):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if hasattr(value, "__iter__") and not isinstance(value, str) else value


def failure(error):
    """Both SDKs carry the HTTP status in `code`; what never became an answer is an OSError of requests, or httpx2's."""
    if isinstance(getattr(error, "code", None), int):
        return refused(int(error.code), getattr(getattr(error, "response", None), "headers", None))
    if "Timeout" in type(error).__name__:
        return late()
    return away() if isinstance(error, OSError) or type(error).__module__.startswith(("httpx", "requests")) else garbled()


# --- google-generativeai -------------------------------------------------------------------------------------------------


def _opened_old(provider):
    """The SDK keeps one configuration and one session a process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # that its support has ended
        import google.generativeai as sdk
        from google.generativeai.client import get_default_generative_client
    sdk.configure(api_key=provider.key, transport="rest", client_options={"api_endpoint": provider.base_url} if provider.base_url else None)
    get_default_generative_client().transport._session.max_redirects = 0
    return sdk


def _ask_old(sdk, provider, question, seconds):
    model = sdk.GenerativeModel(provider.model, system_instruction=question.instructions, tools=[{"function_declarations": [{"name": TOOL, "description": MEANING, "parameters": _open(question.schema)}]}],
                                tool_config={"function_calling_config": {"mode": "ANY", "allowed_function_names": [TOOL]}})
    return model.generate_content(question.content, generation_config={"max_output_tokens": TOKENS}, request_options={"timeout": seconds, "retry": None})


def _open(schema):
    """The schema without what the SDK's own type of it has no field for."""
    if isinstance(schema, dict):
        return {name: _open(value) for name, value in schema.items() if name != "additionalProperties"}
    return [_open(each) for each in schema] if isinstance(schema, list) else schema


# --- google-genai --------------------------------------------------------------------------------------------------------


def _opened_new(provider, seconds):
    from google import genai

    return genai.Client(api_key=provider.key, vertexai=False, http_options=genai.types.HttpOptions(base_url=provider.base_url, api_version="v1beta", timeout=_milliseconds(seconds), client_args={"follow_redirects": False}))


def _ask_new(client, provider, question, seconds):
    from google.genai import types

    config = types.GenerateContentConfig(
        system_instruction=question.instructions, max_output_tokens=TOKENS, http_options=types.HttpOptions(timeout=_milliseconds(seconds)),
        tools=[types.Tool(function_declarations=[types.FunctionDeclaration(name=TOOL, description=MEANING, parameters_json_schema=question.schema)])],
        tool_config=types.ToolConfig(function_calling_config=types.FunctionCallingConfig(mode="ANY", allowed_function_names=[TOOL])),
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True))
    return client.models.generate_content(model=provider.model, contents=question.content, config=config)


def _milliseconds(seconds):
    return max(1, round(seconds * 1000))
