// What a front end does first: sign in, read a plan with its goals, add a goal, change it.
import createClient from "openapi-fetch";
import type { components, paths } from "./api.d.ts";

declare const process: { argv: string[] };
type Problem = components["schemas"]["Problem"];

const [, , baseUrl = "", username = "", password = ""] = process.argv;
const client = createClient<paths>({ baseUrl });

function must<T>(answer: { data?: T; error?: Problem; response: Response }): T {
  if (answer.data === undefined) throw new Error(answer.error?.code ?? answer.response.statusText);
  return answer.data;
}

const login = must(await client.POST("/api/v1/auth/login", { body: { username, password } }));
const token: string = login.access_token ?? "";
client.use({
  onRequest: ({ request }) => request.headers.set("Authorization", `Bearer ${token}`),
});

const plans = must(await client.GET("/api/v1/plans"));
const first = plans.items[0];
if (first === undefined) throw new Error("there is no plan");
const path = { plan_id: first.id };
const plan = must(
  await client.GET("/api/v1/plans/{plan_id}", { params: { path, query: { expand: ["goals"] } } }),
);
const before: string[] = (plan.goals ?? []).map((goal) => goal.title);

const added = await client.POST("/api/v1/plans/{plan_id}/goals", {
  params: { path },
  body: { title: "Shadow a nurse", domain: "career" },
});
const goal = must(added);
console.log(goal.status, "of", before.length + 1, "goals:", goal.title);

const revised = must(
  await client.PATCH("/api/v1/goals/{goal_id}", {
    params: {
      path: { goal_id: goal.id },
      header: { "If-Match": added.response.headers.get("ETag") ?? "" },
    },
    body: { title: "Shadow two nurses" },
  }),
);
console.log(revised.title, revised.available_actions[0]);

const unknown = await client.GET("/api/v1/goals/{goal_id}", {
  params: { path: { goal_id: crypto.randomUUID() } },
});
console.log(unknown.error?.code);
