// The door between browser and api on a developer's machine: one origin for both, as in production, so that cookies work.
// What is the api's own goes there, streams as they are, and the movable clock to the simulator. It must never be
// reachable from outside: those who serve it listen on loopback only.
import { Agent, request as ask } from "node:http";

// A connection that is kept may be one that the api has just closed; on loopback a new one costs nothing.
const AGENT = new Agent({ keepAlive: false });

/** Where the api's own paths begin. */
const OF_THE_API = ["/api/", "/auth/", "/calendars/", "/pay/", "/webhooks/"];

/** Tells the console to ask the movable clock instead of the browser. */
export function clockMeta(html) {
  return html.replace('name="ratiba-clock" content="browser"', 'name="ratiba-clock" content="/sim/clock"');
}

/** A middleware `(request, response, next)` that asks the api and the clock, and passes the rest on. */
export function devDoor(options) {
  return (request, response, next) => {
    const { pathname } = new URL(request.url ?? "/", "http://door");
    if (pathname === "/sim/clock" && request.method === "GET") {
      forward(options.simulator, request, response);
    } else if (OF_THE_API.some((begins) => pathname.startsWith(begins))) {
      forward(options.api, request, response);
    } else {
      next();
    }
  };
}

function forward(base, request, response) {
  const headers = { ...request.headers, host: new URL(base).host };
  const onward = ask(
    new URL(request.url, base),
    { method: request.method, headers, agent: AGENT },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  onward.on("error", () => {
    if (response.headersSent) response.destroy();
    else {
      response.writeHead(502, { "content-type": "application/problem+json", "cache-control": "no-store" });
      response.end('{"type":"about:blank","title":"the api does not answer","status":502,"detail":""}');
    }
  });
  // A browser that goes away ends its stream at the api, too.
  response.on("close", () => onward.destroy());
  request.pipe(onward);
}
