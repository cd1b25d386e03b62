"""Kubernetes' Status answers."""

REASONS = {400: "BadRequest", 401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 405: "MethodNotAllowed", 406: "NotAcceptable", 409: "Conflict",
           410: "Expired", 415: "UnsupportedMediaType", 422: "Invalid", 500: None}


class ApiError(Exception):
    """An answer that is a Status; `details` without what is None, `more` is its metadata."""

    def __init__(self, code, message, reason=..., more=None, **details):
        super().__init__(message)
        self.more, self.code, self.message, self.details = more or {}, code, message, {name: value for name, value in details.items() if value is not None}
        self.reason = REASONS.get(code) if reason is ... else reason
        self.with_details = bool(details)

    def status(self):
        return {"kind": "Status", "apiVersion": "v1", "metadata": self.more, "status": "Failure", "message": self.message,
                **({"reason": self.reason} if self.reason else {}), **({"details": self.details} if self.with_details else {}), "code": self.code}


def qualified(resource):
    return f"{resource.plural}.{resource.group}" if resource.group else resource.plural


def kind_of(resource):
    return f"{resource.kind}.{resource.group}" if resource.group else resource.kind


def not_found(resource, name):
    return ApiError(404, f'{qualified(resource)} "{name}" not found', name=name, group=resource.group or None, kind=resource.plural)


def no_resource():
    return ApiError(404, "the server could not find the requested resource", **{"name": None})


def exists(resource, name, going=False):
    return ApiError(409, f'{"object is being deleted: " if going else ""}{qualified(resource)} "{name}" already exists', "AlreadyExists", name=name, group=resource.group or None, kind=resource.plural)


def conflict(resource, name, why):
    return ApiError(409, f'Operation cannot be fulfilled on {qualified(resource)} "{name}": {why}', name=name, group=resource.group or None, kind=resource.plural)


MODIFIED = "the object has been modified; please apply your changes to the latest version and try again"


def unversioned(resource, name):
    message = "Invalid value: 0: must be specified for an update"
    return ApiError(422, f'{qualified(resource)} "{name}" is invalid: metadata.resourceVersion: {message}', name=name, group=resource.group or None, kind=resource.plural,
                    causes=[{"reason": "FieldValueInvalid", "message": message, "field": "metadata.resourceVersion"}])


def invalid(resource, name, causes):
    """422 with its causes: (reason, message, field) each."""
    texts = list(dict.fromkeys(f"{field}: {message}" for _, message, field in causes))
    joined = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    return ApiError(422, f'{kind_of(resource)} "{name}" is invalid: {joined}', name=name or None, group=resource.group or None, kind=resource.kind,
                    causes=[{"reason": reason, "message": message, "field": field} for reason, message, field in causes])


def invalid_options(kind, causes):
    """422 for options of a request: (reason, message, field) each."""
    texts = [f"{field}: {message}" for _, message, field in causes]
    joined = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    return ApiError(422, f'{kind}.meta.k8s.io "" is invalid: {joined}', group="meta.k8s.io", kind=kind,
                    causes=[{"reason": reason, "message": message, "field": field} for reason, message, field in causes])


def number(text):
    """A number of a request's options."""
    try:
        return int(text)
    except ValueError:
        raise ApiError(400, f'strconv.ParseInt: parsing "{text}": invalid syntax') from None


def go_json(data, error):
    """A JSON error as Go says it."""
    at = min(error.pos, len(data))
    if not data[at:].strip():
        return "unexpected end of JSON input"
    return f"invalid character '{data[at:at + 1].decode(errors='replace')}' looking for beginning of value"
