"""Language models: a question in, a structured answer out. Must not know what an answer means, nor do anything with it.

A module a vendor, all alike: `opened(provider, seconds)` is its client, `ask(client, provider, question, seconds)` the Answer, and `failure(error)`
what an error of its SDK means. An SDK is imported when its provider is opened first, which takes a key. None follows a redirect: some SDKs would take the
key along to another host.
"""

from nlp.models import claude, gemini, gpt

VENDORS = {"gemini": gemini, "claude": claude, "gpt": gpt}
