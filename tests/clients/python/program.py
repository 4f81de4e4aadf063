"""What a front end does first: sign in, read a plan with its goals, add a goal, change it."""

import sys
from uuid import uuid4

from plp_client import AuthenticatedClient, Client
from plp_client.api.goals import add_goal, get_goal, revise_goal
from plp_client.api.identity import log_in
from plp_client.api.overview import get_plan, list_plans
from plp_client.models import (
    Domain,
    Goal,
    GoalPatch,
    GoalRequest,
    Login,
    PlanDocument,
    PlanSummaryPage,
    Problem,
    ProblemCode,
    SignedIn,
)

address, username, password = sys.argv[1:]
signed_in = log_in.sync(client=Client(address), body=Login(username=username, password=password))
assert isinstance(signed_in, SignedIn), signed_in
client = AuthenticatedClient(address, token=signed_in.access_token or "")

plans = list_plans.sync(client=client)
assert isinstance(plans, PlanSummaryPage), plans
plan = get_plan.sync(plans.items[0].id, client=client, expand=["goals"])
assert isinstance(plan, PlanDocument), plan
before: list[str] = [goal.title for goal in plan.goals or []]

added = add_goal.sync_detailed(
    plan.id, client=client, body=GoalRequest(title="Shadow a nurse", domain=Domain.CAREER)
)
assert isinstance(added.parsed, Goal), added
print(added.parsed.status, "of", len(before) + 1, "goals:", added.parsed.title)

revised = revise_goal.sync(
    added.parsed.id,
    client=client,
    body=GoalPatch(title="Shadow two nurses"),
    if_match=added.headers["ETag"],
)
assert isinstance(revised, Goal), revised
print(revised.title, revised.available_actions[0])

unknown = get_goal.sync(uuid4(), client=client)
assert isinstance(unknown, Problem), unknown
assert unknown.code is ProblemCode.NOT_FOUND
print(unknown.code.value)
