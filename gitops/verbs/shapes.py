"""What a verb and its arguments are, and the forms that texts may have. Must not name any verb."""

from dataclasses import dataclass

LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
IMAGE = r"[a-zA-Z0-9][a-zA-Z0-9._-]*(:[0-9]+)?(/[a-zA-Z0-9][a-zA-Z0-9._-]*)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?"
PATH = r"[A-Za-z0-9_.-]{1,100}(/[A-Za-z0-9_.-]{1,100}){1,5}"
COMMIT = r"[0-9a-fA-F]{4,64}"
KIND = r"[A-Za-z][A-Za-z0-9.-]{0,252}"
NAME = r"[a-zA-Z0-9]([a-zA-Z0-9.:_-]{0,251}[a-zA-Z0-9])?"
HOST = r"(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+"
ENV_NAME = r"[A-Za-z_][A-Za-z0-9_.-]{0,252}"
TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})"
REVISION = r"[A-Za-z0-9][A-Za-z0-9._/-]{0,199}"


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: `type` is string, integer, boolean or manifest (YAML text or an object); in bodies of requests also strings (a list) or object. Help is (English, Korean)."""

    name: str
    help: tuple
    type: str = "string"
    required: bool = False
    minimum: int | None = None
    maximum: int | None = None
    pattern: str | None = None
    choices: tuple = ()
    default: object = None
    max_length: int = 4096


@dataclass(frozen=True, slots=True)
class Verb:
    """`app` and `environment` are "required", "optional" or "none"; `kind` is read, change or order."""

    name: str
    kind: str
    scope: str
    risk: str
    help: tuple
    arguments: tuple = ()
    app: str = "required"
    environment: str = "optional"

    def argument(self, name):
        return next((argument for argument in self.arguments if argument.name == name), None)
