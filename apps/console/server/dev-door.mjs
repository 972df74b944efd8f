// The door between browser and api on a developer's machine: the same origin for both, so that cookies work as they do
// in production. Streams pass as they are.
//
// As long as the api has no session of its own (its /api/v1/me answers 404) the door stands in for it: whoever signs in
// chooses one of the people it was given, and their token goes along with each request. It keeps no token in the
// browser. It must never be reachable from outside: those who serve it listen on loopback only.
import { Agent, request as ask } from "node:http";

// A connection that is kept may be one that the api has just closed; on loopback a new one costs nothing.
const AGENT = new Agent({ keepAlive: false });

const COOKIE = "ratiba_dev_person";
const SCOPES = {
  therapist: "appointments:read appointments:render catalogue:read commission:read schedule:read",
  receptionist:
    "appointments:read appointments:book appointments:render catalogue:read commission:read conversations:read conversations:answer customers:read customers:write payments:read payments:take schedule:read settings:read till:work",
  manager:
    "appointments:read appointments:book appointments:render calendars:write catalogue:read catalogue:write commission:read commission:close conversations:read conversations:answer conversations:archive customers:read customers:write ledger:read payments:read payments:take payments:resolve payments:refund payroll:read payroll:write schedule:read schedule:write settings:read settings:write till:work",
};
SCOPES.owner = SCOPES.manager;

/** The people that the environment names: a JSON list, or one owner by a token alone. */
function peopleOf({ people, token }) {
  if (people) return JSON.parse(people);
  return token ? [{ role: "owner", token }] : [];
}

/** Tells the console to ask the movable clock instead of the browser. */
export function clockMeta(html) {
  return html.replace('name="ratiba-clock" content="browser"', 'name="ratiba-clock" content="/sim/clock"');
}

/** A middleware `(request, response, next)` that answers for the api, its sign-in and the clock, and passes the rest on. */
export function devDoor(options) {
  const people = peopleOf(options);
  return (request, response, next) => {
    const url = new URL(request.url ?? "/", "http://door");
    const person = people[Number(/ratiba_dev_person=(\d+)/.exec(request.headers.cookie ?? "")?.[1] ?? "-1")];
    if (url.pathname === "/sim/clock" && request.method === "GET") {
      forward(options.simulator, request, response, {});
    } else if (url.pathname.startsWith("/auth/") && people.length > 0) {
      signIn(url, people, request, response);
    } else if (url.pathname === "/api/v1/me" && people.length > 0) {
      const standIn = () => me(person, response);
      if (person === undefined) standIn();
      else forward(options.api, request, response, { person, standIn });
    } else if (url.pathname.startsWith("/api/") || url.pathname.startsWith("/auth/")) {
      forward(options.api, request, response, { person });
    } else {
      next();
    }
  };
}

function forward(base, request, response, { person, standIn }) {
  const headers = { ...request.headers, host: new URL(base).host };
  if (person) headers.authorization = `Bearer ${person.token}`;
  const onward = ask(
    new URL(request.url, base),
    { method: request.method, headers, agent: AGENT },
    (answer) => {
      if (standIn && answer.statusCode === 404) {
        answer.resume();
        standIn();
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  onward.on("error", () => {
    if (response.headersSent) response.destroy();
    else
      json(response, 502, { type: "about:blank", title: "the api does not answer", status: 502, detail: "" });
  });
  // A browser that goes away ends its stream at the api, too.
  response.on("close", () => onward.destroy());
  request.pipe(onward);
}

function json(response, status, body, headers = {}) {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...headers });
  response.end(JSON.stringify(body));
}

function me(person, response) {
  if (person === undefined) {
    json(response, 401, { type: "unauthenticated", title: "nobody is signed in", status: 401, detail: "" });
    return;
  }
  const tenant = person.tenant_id ?? "00000000-0000-0000-0000-000000000000";
  json(response, 200, {
    person: { id: tenant, name: person.name ?? person.role, email: `${person.role}@example.test` },
    memberships: [
      {
        tenant_id: tenant,
        business_name: person.business_name ?? "Ratiba",
        role: person.role,
        staff_id: person.staff_id ?? null,
      },
    ],
    tenant_id: tenant,
    scopes: SCOPES[person.role].split(" "),
  });
}

function signIn(url, people, request, response) {
  if (url.pathname === "/auth/logout") {
    json(response, 200, {}, { "set-cookie": `${COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax` });
    return;
  }
  const asked = url.searchParams.get("return_to") ?? "/";
  // Only ever back to this origin.
  const back = /^\/(?![/\\])/.test(asked) ? asked : "/";
  const chosen = url.searchParams.get("as") ?? (people.length === 1 ? "0" : null);
  if (chosen !== null && people[Number(chosen)] !== undefined) {
    response.writeHead(302, {
      location: back,
      "set-cookie": `${COOKIE}=${Number(chosen)}; Path=/; HttpOnly; SameSite=Lax`,
    });
    response.end();
    return;
  }
  const links = people.map(
    (person, index) =>
      `<li><a href="/auth/login?as=${index}&return_to=${encodeURIComponent(back)}">${person.role}</a></li>`,
  );
  response.writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" });
  response.end(`<!doctype html><title>Who are you?</title><h1>Who are you?</h1><ul>${links.join("")}</ul>`);
}
