"""How delivery goes: REST of gitops/figures."""

from flask import Blueprint, g

from gitops import figures, policy, previews
from gitops.verbs import Argument
from web.context import services
from web.rest import api, shown
from web.rest.described import ENVIRONMENT, says

blueprint = Blueprint("figures", __name__, url_prefix="/api/v1/figures")


FIGURES = shown.thing(deployments=shown.COUNT, per_day={"type": "number"}, failed=shown.COUNT, failure_rate={"type": ["number", "null"]}, lead_seconds=shown.KNOWN, restore_seconds=shown.KNOWN, rollout_seconds=shown.KNOWN)


@blueprint.get("/delivery")
@says("최근 `days` 일의 배포 빈도, 리드 타임, 변경 실패율, 복구 시간을 환경별로.", Argument("days", ("of the last days", "최근 며칠"), "integer", minimum=1, maximum=365, default=30), ENVIRONMENT, errors=(404,),
      answers=shown.thing(days=shown.COUNT, environments={"type": "object", "additionalProperties": FIGURES}))
def delivery(days, environment):
    """Deployment frequency, lead time, change failure rate and time to restore, by environment, of the last `days` (30)."""
    catalog = services().readable()[1]
    seen = policy.visible(g.actor.scopes, [catalog.environment(environment).name] if environment else previews.permanent(catalog.environments))
    return api.answer({"days": days, "environments": figures.of(services(), seen, days)})
