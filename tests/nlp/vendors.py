"""A local server that speaks the HTTP of the three vendors, each answer scripted: for tests with the vendors' own SDKs."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from gitops import config
from nlp.models import chain
from nlp.models.question import Provider

KEY = "key-of-tests-0123456789-do-not-tell"
KINDS = {"gemini": "google-generativeai", "gemini-new": "google-genai", "claude": None, "gpt": None}  # the SDK where a vendor has two


def command(verb, app="", environment="", **arguments):
    return {"verb": verb, "app": app, "environment": environment, "arguments": [{"name": name, "value": str(value)} for name, value in arguments.items()]}


def reads(*commands, kind="command"):
    """The structured answer that names these commands."""
    return {"kind": kind, "commands": list(commands)}


# --- what the server does with a request: each is a function of its handler -----------------------------------------------


def says(data, **more):
    return lambda handler: handler.send(200, handler.shaped(data, **more))


def lies(verb, **arguments):
    """A change of whatever app and environment the message, or what was spoken of before, offers."""
    def answer(handler):
        asked = json.loads(handler.body["messages"][-1]["content"])
        spoken = [asked["spoken_of"][name] for name in ("app", "environment") if name in asked["spoken_of"]]
        app, environment = (next((each for each in names if each.lower() in asked["text"].lower() or each in spoken), other)
                            for names, other in ((asked["apps"], asked["apps"][0]), (asked["environments"], "")))
        handler.send(200, handler.shaped(reads(command(verb, app, environment, **arguments))))
    return answer


def text(words):
    """Words where a structured answer is due."""
    return lambda handler: handler.send(200, handler.shaped(None, words=words))


def other_tool(name, data):
    return lambda handler: handler.send(200, handler.shaped(data, tool=name))


def cut(data):
    return lambda handler: handler.send(200, handler.shaped(data, ended={"claude": "max_tokens", "gpt": "length", "gemini": "MAX_TOKENS"}))


def declines():
    return lambda handler: handler.send(200, handler.declined())


def status(code, **headers):
    """The vendors repeat in their errors what they were sent: so does this."""
    return lambda handler: handler.send(code, handler.problem(code), {name.replace("_", "-"): value for name, value in headers.items()})


def raw(body):
    return lambda handler: handler.send(200, body)


def hangs(handler):
    handler.server.released.wait(30)
    handler.close_connection = True


def drips(handler):
    """A byte now and then, for longer than anybody waits."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    while not handler.server.released.wait(0.05):
        handler.wfile.write(b" ")
        handler.wfile.flush()


def closes(handler):
    handler.close_connection = True
    handler.connection.close()


def breaks_off(handler):
    """Half an answer."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"id": "x", ')
    closes(handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        self.body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append({"path": self.path, "headers": dict(self.headers.items()), "body": self.body})
        script = self.server.script
        try:
            (script.pop(0) if len(script) > 1 else script[0])(self)
        except OSError:
            self.close_connection = True  # the client did not wait

    @property
    def vendor(self):
        return "claude" if self.path.endswith("/messages") else "gpt" if self.path.endswith("/chat/completions") else "gemini"

    def send(self, code, body, headers=None):
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        self.send_response(code)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def shaped(self, data, words=None, tool="read_message", ended=None):
        """`data` in the vendor's own form, as its structured output comes."""
        if self.vendor == "claude":
            block = {"type": "text", "text": words} if words is not None else {"type": "tool_use", "id": "toolu_1", "name": tool, "input": data}
            return {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-test", "content": [block], "stop_reason": (ended or {}).get("claude", "tool_use"), "stop_sequence": None,
                    "usage": {"input_tokens": 321, "output_tokens": 45}}
        if self.vendor == "gpt":
            content = words if words is not None else None if tool != "read_message" else json.dumps(data, ensure_ascii=False)
            calls = {"tool_calls": [{"id": "call_1", "type": "function", "function": {"name": tool, "arguments": json.dumps(data)}}]} if content is None else {}
            return {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "gpt-test", "usage": {"prompt_tokens": 321, "completion_tokens": 45, "total_tokens": 366},
                    "choices": [{"index": 0, "finish_reason": (ended or {}).get("gpt", "stop"), "logprobs": None, "message": {"role": "assistant", "content": content, "refusal": None, **calls}}]}
        part = {"text": words} if words is not None else {"functionCall": {"name": tool, "args": data}}
        return {"candidates": [{"content": {"role": "model", "parts": [part]}, "finishReason": (ended or {}).get("gemini", "STOP"), "index": 0}],
                "usageMetadata": {"promptTokenCount": 321, "candidatesTokenCount": 45, "totalTokenCount": 366}, "modelVersion": "gemini-test"}

    def declined(self):
        found = self.shaped(None, words="I cannot help with that.")
        if self.vendor == "claude":
            return found | {"stop_reason": "refusal"}
        if self.vendor == "gpt":
            found["choices"][0]["message"] |= {"content": None, "refusal": "I cannot help with that."}
            return found
        return {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": {"promptTokenCount": 321, "totalTokenCount": 321}}

    def problem(self, code):
        said = f"refused: {KEY}"
        if self.vendor == "claude":
            return {"type": "error", "error": {"type": "api_error", "message": said}}
        return {"error": {"message": said, "type": "invalid_request_error", "code": code, "status": "FAILED"}}

    def log_message(self, *words):
        pass


class Vendor(ThreadingHTTPServer):
    """One vendor's server. `seen` are the requests; `script` what becomes of them, one by one, the last one for ever."""

    daemon_threads = True

    def __init__(self, *script):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script, self.seen, self.released = list(script), [], threading.Event()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def provider(self, kind):
        """The provider of that kind at this server."""
        name = kind.partition("-")[0]
        return Provider(name, f"{kind}-test", KEY, self.url + ("/v1" if name == "gpt" else ""), KINDS[kind])

    def settings(self, kind, **more):
        """The settings that name this server, as the environment says them."""
        prefix, provider = chain.PREFIXES[kind.partition("-")[0]], self.provider(kind)
        found = {f"{prefix}_API_KEY": KEY, f"{prefix}_MODEL": provider.model, f"{prefix}_BASE_URL": provider.base_url, **({"GEMINI_SDK": provider.sdk} if provider.sdk else {}), **more}
        assert set(found) <= config.NAMES
        return found

    def stop(self):
        self.released.set()
        self.shutdown()
        self.server_close()


def until(test, seconds=10):
    end = time.monotonic() + seconds
    while not test():
        assert time.monotonic() < end
        time.sleep(0.01)
