"""How delivery goes: REST of gitops/figures."""

from flask import Blueprint, g, request

from gitops import figures, policy, previews
from web import api
from web.context import services

blueprint = Blueprint("figures", __name__, url_prefix="/api/v1/figures")


@blueprint.get("/delivery")
def delivery():
    """Deployment frequency, lead time, change failure rate and time to restore, by environment, of the last `days` (30)."""
    environments, named = previews.permanent(services().head()[1].environments), request.args.get("environment")
    seen = policy.visible(g.actor.scopes, [services().head()[1].environment(named).name] if named else environments)
    days = api.number("days", 30, 1, 365)
    return api.answer({"days": days, "environments": figures.of(services(), seen, days)})
