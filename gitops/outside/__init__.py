"""The world outside as a client of it: one way to ask (timeouts, retries, breakers, no private addresses), and the vendors that are asked. Must not decide what is done with an answer."""
