"""cost_analysis: what the desired state asks for, what that costs by the price table of klepaas.yaml, and what can honestly be said about saving and the future.

Computed from rendered manifests alone: what is really used is not looked at here, and that is said.
"""

import time
from fractions import Fraction

from gitops import catalog as catalogs
from gitops import costs, previews
from gitops.errors import KlepaasError
from gitops.types import Target

MONTH = 30 * 86400
SEARCHED = 1000  # commits looked through for the state of a month ago
EXAMPLE = "prices: {currency: KRW, vcpu_hour: 0, memory_gib_hour: 0}"
NOTES = {
    "no_requests": ("asks for no cpu or no memory: what it uses is not in the sum", "cpu 또는 memory 요청이 없어 합계에 들어가지 않습니다"),
    "per_node": ("runs once a node: how many nodes there are is not in git", "노드마다 하나씩 실행됩니다. 노드 수는 git에 없습니다"),
    "at_times": ("runs only at times: how long is not known", "가끔만 실행되어 실행 시간을 알 수 없습니다"),
    "scales": ("scales by itself: counted at its least", "자동 확장: 최소 개수로 계산했습니다"),
    "unknown_size": ("asks for storage of a size that cannot be read", "스토리지 크기를 읽을 수 없습니다"),
    "no_prices": (f"klepaas.yaml has no prices, so only resources are counted. Add for example: {EXAMPLE}", f"klepaas.yaml에 가격표(prices)가 없어 자원량만 계산했습니다. 예: {EXAMPLE}"),
    "no_storage_price": ("prices has no storage_gib_month: storage is not in the sum", "storage_gib_month 가격이 없어 스토리지는 합계에 없습니다"),
    "no_load_balancer_price": ("prices has no load_balancer_month: load balancers are not in the sum", "load_balancer_month 가격이 없어 로드 밸런서는 합계에 없습니다"),
    "no_measurements": ("requests are not compared with what is really used: the graphs of an app show that, where Prometheus measures it", "요청량을 실제 사용량과 비교하지는 않았습니다. Prometheus가 측정하는 앱은 그래프에서 볼 수 있습니다"),
    "no_history": ("no state of a month ago was found: compared with the oldest one found", "한 달 전 상태가 없어 찾은 것 중 가장 오래된 상태와 비교했습니다"),
    "flat": ("a forecast from desired state alone: what it will cost if nothing more is changed", "원하는 상태만으로 한 예측입니다. 더 바꾸지 않을 때의 비용입니다"),
}
ADVICE = {
    "no_requests": ("say what it needs (resources.requests), so that it can be planned and priced", "resources.requests를 적어야 계획하고 계산할 수 있습니다"),
    "one_would_do": ("before the last environment one pod may do", "마지막 환경이 아니라면 파드 하나로 충분할 수 있습니다"),
    "storage_alone": ("keeps storage and runs no pods", "파드 없이 스토리지만 남아 있습니다"),
    "degraded": ("is degraded: it asks for resources and does not serve", "이상 상태: 자원을 쓰지만 서비스하지 못합니다"),
}


def read(asked):
    """(data, summary) of the read verb: its `analysis` is usage, optimization or forecast."""
    tree, catalog = asked.services.readable()
    prices, names, analysis = catalog.config.prices, [each.name for each in asked.environments], asked.args["analysis"]
    found, problems = demands(asked.services, tree, catalog, names)
    rows = [_row(app, environment, each, prices) for (app, environment), some in found.items() for each in some]
    total = sum((costs.month(some, prices) for some in found.values()), Fraction(0))
    extra, codes = ANALYSES[analysis](asked, catalog, found, prices)
    notes = [{"code": code, "en": NOTES[code][0], "ko": NOTES[code][1]} for code in (*_left_out(rows, prices), *codes)]
    data = {"analysis": analysis, "currency": prices and prices.currency, "month": _money(total) if prices else None, "environments": _sums(found, prices, names), "items": rows,
            "problems": problems, "notes": notes, **extra}
    return data, f"{costs.shown(total, 2)} {prices.currency} a month" if prices else f"{_all(found)} vCPU asked for, no prices"


def _usage(asked, catalog, found, prices):
    return {}, ()


def demands(services, tree, catalog, names):
    """((app, environment) -> Demands, problems of what does not render)."""
    found, problems = {}, []
    for target in (each for name in names for each in catalog.targets(name)):
        try:
            if not isinstance(target, Target):
                problems.append({"app": target.app, "environment": target.environment, "message": target.message})
                continue
            found[target.app, target.environment] = costs.demands(services.renderer.render(tree, target, catalog.environment(target.environment)).objects)
        except KlepaasError as error:
            problems.append({"app": target.app, "environment": target.environment, "message": error.text()})
    return found, problems


def _row(app, environment, demand, prices):
    """One object with its arithmetic."""
    found = costs.lines(demand, prices)
    return {"app": app, "environment": environment, "kind": demand.kind, "name": demand.name, "pods": demand.pods, **({"most": demand.most} if demand.most != demand.pods else {}), "vcpu": _number(demand.vcpu),
            "memory_gib": _number(demand.memory), "storage_gib": _number(demand.storage), "load_balancers": demand.balancers, "month": _money(costs.month([demand], prices)) if prices else None,
            "arithmetic": [said for _, _, said in found], "notes": list(demand.notes)}


def _sums(found, prices, names):
    """vCPU, memory, storage and cost of each environment."""
    return [{"environment": name, **_sum([each for (_, environment), some in found.items() if environment == name for each in some], prices)} for name in names]


def _sum(some, prices):
    return {"pods": sum(each.pods for each in some), "vcpu": _number(sum((each.pods * each.vcpu for each in some), Fraction(0))), "memory_gib": _number(sum((each.pods * each.memory for each in some), Fraction(0))),
            "storage_gib": _number(sum((each.storage for each in some), Fraction(0))), "month": _money(costs.month(some, prices)) if prices else None}


def _all(found):
    return _number(sum((each.pods * each.vcpu for some in found.values() for each in some), Fraction(0)))


def _left_out(rows, prices):
    """Codes of what the sum leaves out."""
    said = {code for each in rows for code in each["notes"]}
    unpriced = [("no_prices", prices is None), ("no_storage_price", prices and prices.storage_gib_month is None and any(each["storage_gib"] for each in rows)),
                ("no_load_balancer_price", prices and prices.load_balancer_month is None and any(each["load_balancers"] for each in rows))]
    return tuple(code for code, missing in unpriced if missing) + tuple(code for code in NOTES if code in said)


def _money(exact):
    return float(round(exact, 2))


def _number(exact):
    return float(round(exact, 4))


# --- optimization: what the desired state itself shows -----------------------------------------------------------------


def _optimization(asked, catalog, found, prices):
    """({advice, saves}, codes of notes)."""
    states = asked.services.ledger.states()
    last = list(previews.permanent(catalog.environments))[-1]
    items = [each for (app, environment), some in found.items() for demand in some for each in _advice(app, environment, demand, environment == last, states, prices)]
    known = sum((Fraction(str(each["saves"])) for each in items if each["saves"]), Fraction(0))
    return {"advice": items, "saves": _money(known) if prices else None}, ("no_measurements",)


def _advice(app, environment, demand, last, states, prices):
    """What could be looked at, and what it would save where that can be computed."""
    one = costs.Demand(demand.kind, demand.name, 1, 1, demand.vcpu, demand.memory)
    if "no_requests" in demand.notes:
        yield _advised("no_requests", app, environment, demand, None)
    if not last and demand.pods > 1:
        saved = (demand.pods - 1) * costs.month([one], prices)
        yield _advised("one_would_do", app, environment, demand, _money(saved) if prices else None, f"({demand.pods} - 1) × {costs.shown(costs.month([one], prices), 2)} = {costs.shown(saved, 2)}" if prices else None)
    if demand.storage and not demand.pods and demand.kind == "StatefulSet":
        yield _advised("storage_alone", app, environment, demand, None)
    if demand.pods and (states.get((app, environment)) or {}).get("health") == "degraded":
        yield _advised("degraded", app, environment, demand, None)


def _advised(code, app, environment, demand, saves, arithmetic=None):
    return {"code": code, "app": app, "environment": environment, "kind": demand.kind, "name": demand.name, "saves": saves, "arithmetic": arithmetic, "en": ADVICE[code][0], "ko": ADVICE[code][1]}


# --- forecast: what is known of the future is the desired state, and how it came to be -----------------------------------


def _forecast(asked, catalog, found, prices):
    """({most, vcpu, then}, codes of notes): the same a month ago, computed in the same way by today's prices."""
    most = sum((costs.month([_at_most(each) for each in some], prices) for some in found.values()), Fraction(0))
    data = {"most": _money(most) if prices else None, "vcpu": _all(found), "then": None}
    commit, reached = _a_month_ago(asked.services)
    if commit is None:
        return data, ("flat",)
    return data | {"then": _then(asked, commit, found, prices)}, ("flat",) if reached else ("flat", "no_history")


def _then(asked, commit, found, prices):
    tree = asked.services.repo.tree(commit.sha)
    catalog = catalogs.load(tree)
    old, problems = demands(asked.services, tree, catalog, [each.name for each in asked.environments if each.name in catalog.environments])
    was, now = (sum((costs.month(some, prices) for some in each.values()), Fraction(0)) for each in (old, found))
    return {"revision": commit.sha, "time": commit.time, "vcpu": _all(old), "month": _money(was) if prices else None, "change": _money(now - was) if prices else None, "problems": problems}


def _at_most(demand):
    return costs.Demand(demand.kind, demand.name, demand.most, demand.most, demand.vcpu, demand.memory, demand.storage, demand.balancers)


def _a_month_ago(services):
    """(the newest commit that is a month old, else the oldest looked at; whether it is that old)."""
    commits = services.repo.history((), limit=SEARCHED)
    old = next((each for each in commits if each.time <= time.time() - MONTH), None)
    return (old, True) if old else (commits[-1] if commits else None, False)


ANALYSES = {"usage": _usage, "optimization": _optimization, "forecast": _forecast}
