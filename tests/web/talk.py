"""One conversation of one person with a demo, over HTTP."""

import pytest


class Talk:
    """One conversation of one person."""

    def __init__(self, demo, client, **headers):
        self.demo, self.client, self.id = demo, client, None
        client.headers.update(headers)

    def post(self, route, **body):
        return self.client.post(f"{self.demo.api}/nlp/{route}", json=body)

    def get(self, route, **query):
        answer = self.client.get(f"{self.demo.api}/nlp/{route}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def __call__(self, text, **more):
        answer = self.post("process", text=text, **({"session_id": self.id} if self.id else {}), **more)
        assert answer.status_code == 200, answer.text
        self.id = answer.json()["session_id"]
        return answer.json()

    def item(self, text):
        """The one preview that a sentence gives."""
        item, = self(text)["items"]
        assert item["command_id"], item
        return item

    def confirm(self, id, word=None, confirmed=True):
        return self.post("confirm", session_id=self.id, command_id=id, confirmed=confirmed, **({"word": word} if word else {}))


@pytest.fixture
def say(demo):
    return Talk(demo, demo.signed_in("owner"))


def commits(demo, before):
    return int(demo.git("rev-list", "--count", f"{before}..main"))
