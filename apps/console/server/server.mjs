// The console's web server: its files, and the way to the api. Everything under one origin.
import { createServer } from "node:http";

import { proxyTo } from "./proxy.mjs";

/** Where the api's own paths begin. */
const OF_THE_API = ["/api/", "/auth/", "/calendars/", "/pay/", "/webhooks/"];

/** How long the head of a request, or all of it, may take to come, in milliseconds. */
const HEAD_MS = 10_000;
const WHOLE_MS = 60_000;
/** How long a stop waits for answers that have begun. */
const GRACE_MS = 10_000;

/** A middleware `(request, response, next)` that asks the api, and the movable clock where there is one. */
export function door({ api, simulator, ...limits }) {
  const toApi = proxyTo(api, limits);
  const toClock = simulator === undefined ? undefined : proxyTo(simulator);
  return (request, response, next) => {
    const pathname = pathOf(request);
    if (pathname === undefined) response.writeHead(400, { connection: "close" }).end();
    else if (toClock !== undefined && pathname === "/sim/clock" && request.method === "GET")
      toClock(request, response);
    else if (OF_THE_API.some((begins) => pathname.startsWith(begins))) toApi(request, response);
    else next();
  };
}

/** The path, as the api would read it; undefined for what is none, such as the `*` of OPTIONS. */
function pathOf(request) {
  if (request.url?.startsWith("/") !== true) return undefined;
  try {
    return new URL(`http://console${request.url}`).pathname;
  } catch {
    return undefined;
  }
}

/** Tells the console to ask the movable clock instead of the browser. */
export function clockMeta(html) {
  return html.replace('name="ratiba-clock" content="browser"', 'name="ratiba-clock" content="/sim/clock"');
}

/** The whole server. `files` answers what the api does not. */
export function consoleServer(files, options) {
  const through = door(options);
  const server = createServer((request, response) => {
    // While it stops, a connection ends with the answer that it waited for.
    response.on("finish", () => {
      if (!server.listening) setTimeout(() => server.closeIdleConnections(), 0);
    });
    if (request.url === "/healthz") {
      // Of this process alone: the api has its own.
      response.writeHead(200, { "content-type": "text/plain", "cache-control": "no-store" }).end("ok");
      return;
    }
    through(request, response, () => files(request, response));
  });
  server.headersTimeout = HEAD_MS;
  server.requestTimeout = WHOLE_MS;
  // Longer than what stands before it keeps a connection, so that it never sends into one that has just been closed.
  server.keepAliveTimeout = 75_000;
  return server;
}

/** Takes no more requests, lets answers end for the grace period, and then ends what is left, such as streams. */
export function stop(server, graceMs = GRACE_MS) {
  return new Promise((resolve) => {
    const impatient = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(impatient);
      resolve();
    });
    server.closeIdleConnections();
  });
}
