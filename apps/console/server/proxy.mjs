// Passes a request on to the api and its answer back, as a stream in both directions. Browser, api and sign-in so have one
// origin, and the session's cookie belongs to it. What is about one connection alone is not passed on.
import { Agent, request as ask } from "node:http";
import { Agent as TlsAgent, request as askTls } from "node:https";

/** Headers that are about one connection (RFC 9110, 7.6.1), and `expect`, which was answered here. */
const OF_ONE_CONNECTION = new Set([
  "connection",
  "expect",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

export const DEFAULTS = {
  /** How many bytes a body may have; the api's own limits are narrower. */
  bodyMax: 16 * 1024 * 1024,
  /** How long the api may take until its answer begins, in milliseconds. */
  answerMs: 60_000,
  /** How long an answer that has begun may be silent; the stream of events has a beat every 15 seconds. */
  silenceMs: 120_000,
};

/** Gives `(request, response)`, which asks `base`. */
export function proxyTo(base, options = {}) {
  const { bodyMax, answerMs, silenceMs } = { ...DEFAULTS, ...options };
  const target = new URL(base);
  const secure = target.protocol === "https:";
  const send = secure ? askTls : ask;
  // A connection that is kept may be one that the api has just closed, and then an order's fate is not known; a new one
  // costs little in the same network.
  const agent = new (secure ? TlsAgent : Agent)({ keepAlive: false });

  return (request, response) => {
    if (Number(request.headers["content-length"] ?? 0) > bodyMax) {
      tooLarge(request, response);
      return;
    }
    const headers = passedOn(request.headers);
    headers.host = target.host;
    // Whom the api believes about it is its own setting (`api.trusted_proxies`): it reads from the last name on.
    headers["x-forwarded-for"] = [request.headers["x-forwarded-for"], plain(request.socket.remoteAddress)]
      .filter(Boolean)
      .join(", ");
    // A body without a length goes on without one; node frames it for methods that mostly have one only.
    if (request.headers["transfer-encoding"] !== undefined) headers["transfer-encoding"] = "chunked";
    let why = "the api does not answer";
    const onward = send(
      { ...address(target, request.url), method: request.method, headers, agent },
      (answer) => {
        onward.setTimeout(silenceMs, () => onward.destroy());
        response.writeHead(answer.statusCode ?? 502, passedOn(answer.headers));
        // An event must not wait for the one after it.
        response.flushHeaders();
        answer.on("error", () => response.destroy());
        answer.pipe(response);
      },
    );
    onward.setTimeout(answerMs, () => {
      why = "the api takes too long";
      onward.destroy(new Error(why));
    });
    onward.on("error", () => {
      // A request that was refused here has its answer, and a browser that left needs none.
      if (response.writableEnded || response.destroyed) return;
      if (response.headersSent) response.destroy();
      else refuse(response, why === "the api does not answer" ? 502 : 504, undefined, why);
    });
    // A browser that goes away ends its stream at the api, too.
    response.on("close", () => onward.destroy());
    let bytes = 0;
    request.on("data", (part) => {
      bytes += part.length;
      if (bytes <= bodyMax || response.headersSent) return;
      request.unpipe(onward);
      tooLarge(request, response);
      onward.destroy();
    });
    request.pipe(onward);
  };
}

/** The headers without those of one connection, and those that it names itself. */
function passedOn(headers) {
  const own = new Set(
    String(headers.connection ?? "")
      .split(",")
      .map((name) => name.trim().toLowerCase()),
  );
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !OF_ONE_CONNECTION.has(name) && !own.has(name)),
  );
}

/** Path and query as they were asked for, at the target and never elsewhere: `//other.example` is a path, too. */
function address(target, url) {
  return {
    hostname: target.hostname.replace(/^\[|\]$/g, ""),
    port: target.port || (target.protocol === "https:" ? 443 : 80),
    path: url,
  };
}

/** `::ffff:10.0.0.1` is 10.0.0.1. */
function plain(address) {
  return address?.replace(/^::ffff:(?=\d+\.)/, "");
}

/** The rest is read and thrown away, as long as a request may take: a connection that is cut loses the answer, too. */
function tooLarge(request, response) {
  refuse(response, 413, "body-too-large", "The body is larger than this address takes");
  request.resume();
}

/** A problem of this server's own. */
function refuse(response, status, kind, title) {
  response.writeHead(status, { "content-type": "application/problem+json", "cache-control": "no-store" });
  const type = kind === undefined ? "about:blank" : `/problems/${kind}`;
  response.end(JSON.stringify({ type, title, status, detail: title }));
}
