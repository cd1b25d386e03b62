"""The log endpoint of a pod. What a container said comes from the workloads' kubelet."""

import asyncio

from controller.devcluster.errors import ApiError, not_found


class Logs:
    def __init__(self, read):
        self.read = read  # (pod, container, previous) -> [(timestamp, line)]

    def answer(self, api, request, found):
        pod = api.store.get("pods", found.namespace, found.name)
        if pod is None:
            raise not_found(found.resource, found.name)
        container = self._container(pod, request.query.get("container"))
        tail = _number(pod, "tailLines", request.query.get("tailLines"))
        lines = self.read(pod, container, request.query.get("previous") == "true")
        if lines is None:
            return self._nothing(pod, container, request)
        stamped = request.query.get("timestamps") == "true"
        texts = [f"{at} {line}\n" if stamped else f"{line}\n" for at, line in lines]
        body = "".join(texts[-tail:] if tail else [] if tail == 0 else texts)
        if request.query.get("follow") == "true":
            return self._follow(api, pod, container, body, len(lines), stamped)
        return 200, body, []

    def _nothing(self, pod, container, request):
        if request.query.get("previous") == "true":
            raise ApiError(400, f'previous terminated container "{container}" in pod "{pod["metadata"]["name"]}" not found')
        return 204, "", []

    def _container(self, pod, asked):
        names = [each["name"] for each in pod["spec"]["containers"]]
        if asked is None and len(names) > 1:
            raise ApiError(400, f"a container name must be specified for pod {pod['metadata']['name']}, choose one of: [{' '.join(names)}]")
        if asked is not None and asked not in names:
            raise ApiError(400, f"container {asked} is not valid for pod {pod['metadata']['name']}")
        return asked or names[0]

    def _follow(self, api, pod, container, body, seen, stamped):
        async def stream(send, receive):
            gone = asyncio.ensure_future(receive())
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "http.response.body", "body": body.encode(), "more_body": True})
            count = seen
            while not gone.done() and _runs(api, pod, container) and (lines := self.read(pod, container, False)) is not None:
                new, count = lines[count:], max(count, len(lines))
                if new:
                    text = "".join(f"{at} {line}\n" if stamped else f"{line}\n" for at, line in new)
                    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
                await asyncio.wait({gone}, timeout=0.3)
            gone.cancel()
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        return stream


def _runs(api, pod, container):
    """Whether it is still the container that is followed: neither gone with its pod nor started anew."""
    now = api.store.get("pods", pod["metadata"]["namespace"], pod["metadata"]["name"])
    return now is not None and now["metadata"]["uid"] == pod["metadata"]["uid"] and _restarts(now, container) == _restarts(pod, container)


def _restarts(pod, container):
    return next((each.get("restartCount", 0) for each in (pod.get("status") or {}).get("containerStatuses") or () if each["name"] == container), 0)


def _number(pod, field, text):
    if text is None:
        return None
    try:
        value = int(text)
    except ValueError:
        raise ApiError(400, f'strconv.ParseInt: parsing "{text}": invalid syntax') from None
    if value < 0:
        message = f"Invalid value: {value}: must be greater than or equal to 0"
        name = pod["metadata"]["name"]
        raise ApiError(422, f'PodLogOptions "{name}" is invalid: {field}: {message}', name=name, kind="PodLogOptions",
                       causes=[{"reason": "FieldValueInvalid", "message": message, "field": field}])
    return value
