// What the console's web server promises, over real sockets: an api of the test's own stands behind it.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, request as ask } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import { afterEach, expect, test } from "vitest";

import { GUARD, readFiles } from "./files.mjs";
import { clockMeta, consoleServer, stop } from "./server.mjs";
import { settingsOf } from "./settings.mjs";

const ends = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function listening(server) {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  ends.push(() => stop(server, 0));
  return `http://127.0.0.1:${server.address().port}`;
}

/** A built console of two files. */
async function built() {
  const folder = await mkdtemp(join(tmpdir(), "ratiba-console-"));
  ends.push(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, "assets"));
  await mkdir(join(folder, ".vite"));
  await writeFile(
    join(folder, "index.html"),
    '<meta name="ratiba-clock" content="browser"><p>the page</p>'.repeat(20),
  );
  await writeFile(join(folder, "assets/app-1a2b.js"), "run();\n".repeat(100));
  await writeFile(join(folder, ".vite/manifest.json"), "{}");
  return folder;
}

async function served(api, options = {}, files = {}) {
  const server = consoleServer(await readFiles(await built(), files), { api, ...options });
  return { server, base: await listening(server) };
}

/** As `fetch`, but nothing is unpacked, followed or made nicer. */
function raw(url, { method = "GET", headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const sent = ask(url, { method, headers }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () =>
        resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }),
      );
      answer.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** An api that tells what it was asked. */
async function echo() {
  return listening(
    createServer((request, response) => {
      const parts = [];
      request.on("data", (part) => parts.push(part));
      request.on("end", () => {
        response.writeHead(207, {
          "content-type": "application/json",
          "set-cookie": ["one=1; HttpOnly", "two=2; HttpOnly"],
          connection: "keep-alive, x-hop",
          "x-hop": "of this connection",
          etag: '"7"',
        });
        const { method, url, headers } = request;
        response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(parts).toString() }));
      });
    }),
  );
}

const NOBODY = "http://127.0.0.1:9";

test("the page and its files are sent with their guard, and only hashed names are kept for ever", async () => {
  const { base } = await served(NOBODY);
  for (const path of ["/", "/index.html", "/calendar?day=2026-05-12", "/customers/0198-a"]) {
    const page = await raw(base + path);
    expect([path, page.status, page.headers["cache-control"]]).toEqual([path, 200, "no-cache"]);
    expect(page.body.toString()).toContain("the page");
    for (const [name, value] of Object.entries(GUARD)) expect(page.headers[name]).toBe(value);
  }
  const script = await raw(`${base}/assets/app-1a2b.js`);
  expect(script.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
  expect(script.headers["content-type"]).toBe("text/javascript; charset=utf-8");
  expect(script.headers["content-security-policy"]).toBe(GUARD["content-security-policy"]);
});

test("what is no file of the console is not found, however its path is written", async () => {
  const { base } = await served(NOBODY);
  for (const path of [
    "/assets/other.js",
    "/.vite/manifest.json",
    "/../package.json",
    "/assets/..%2f..%2fx.js",
  ])
    expect([path, (await raw(base + path)).status]).toEqual([path, 404]);
  // `fetch` and URLs tidy a path up before it is sent; a stranger does not.
  const { port } = new URL(base);
  const answer = await new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () =>
      socket.end("GET /../../etc/passwd HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"),
    );
    let text = "";
    socket.on("data", (part) => (text += part));
    socket.on("close", () => resolve(text));
  });
  expect(answer).not.toContain("root:");
});

test("files are packed for whoever takes it, and not sent again when they have not changed", async () => {
  const { base } = await served(NOBODY);
  const url = `${base}/assets/app-1a2b.js`;
  const packed = await raw(url, { headers: { "accept-encoding": "br, gzip" } });
  expect(packed.headers["content-encoding"]).toBe("gzip");
  expect(gunzipSync(packed.body).toString()).toBe("run();\n".repeat(100));
  const plain = await raw(url, { headers: { "accept-encoding": "gzip;q=0" } });
  expect(plain.headers["content-encoding"]).toBeUndefined();
  const again = await raw(url, { headers: { "if-none-match": plain.headers.etag } });
  expect([again.status, again.body.length]).toEqual([304, 0]);
  const head = await raw(url, { method: "HEAD" });
  expect([head.status, head.body.length, head.headers["content-length"]]).toEqual([200, 0, "700"]);
});

test("files are only read", async () => {
  const { base } = await served(NOBODY);
  const answer = await raw(`${base}/calendar`, { method: "POST", body: "x" });
  expect([answer.status, answer.headers.allow]).toEqual([405, "GET, HEAD"]);
});

test("/healthz is of this process, whether or not the api answers", async () => {
  const { base } = await served(NOBODY);
  const answer = await raw(`${base}/healthz`);
  expect([answer.status, answer.body.toString(), answer.headers["cache-control"]]).toEqual([
    200,
    "ok",
    "no-store",
  ]);
});

test("TLS is insisted on only where somebody says that there is TLS", async () => {
  const without = await served(NOBODY);
  expect((await raw(without.base)).headers["strict-transport-security"]).toBeUndefined();
  const under = await served(NOBODY, {}, { underTls: true });
  expect((await raw(under.base)).headers["strict-transport-security"]).toBe("max-age=31536000");
});

test("the api gets what is its own, with cookie and body, and its answer comes back whole", async () => {
  const api = await echo();
  const { base } = await served(api);
  const answer = await raw(`${base}/api/v1/visits?a=%2F&b=ä`.replace("ä", "%C3%A4"), {
    method: "POST",
    headers: { cookie: "session=s", "if-match": '"3"', "content-type": "application/json" },
    body: '{"x":1}',
  });
  expect([answer.status, answer.headers.etag]).toEqual([207, '"7"']);
  expect(answer.headers["set-cookie"]).toEqual(["one=1; HttpOnly", "two=2; HttpOnly"]);
  const asked = JSON.parse(answer.body);
  expect(asked).toMatchObject({ method: "POST", url: "/api/v1/visits?a=%2F&b=%C3%A4", body: '{"x":1}' });
  expect(asked.headers).toMatchObject({ cookie: "session=s", "if-match": '"3"', host: new URL(api).host });
  for (const path of ["/auth/login", "/calendars/x.ics", "/pay/back", "/webhooks/whatsapp"])
    expect([path, (await raw(base + path)).status]).toEqual([path, 207]);
});

test("headers of one connection are not passed on in either direction", async () => {
  const { base } = await served(await echo());
  const answer = await raw(`${base}/api/v1/me`, {
    headers: { connection: "keep-alive, x-mine", "x-mine": "1", te: "trailers", "proxy-authorization": "x" },
  });
  expect(answer.headers["x-hop"]).toBeUndefined();
  const { headers } = JSON.parse(answer.body);
  for (const name of ["x-mine", "te", "proxy-authorization"])
    expect([name, headers[name]]).toEqual([name, undefined]);
});

test("the address of whoever asks is appended to those that are named before it", async () => {
  const { base } = await served(await echo());
  const of = async (headers) => JSON.parse((await raw(`${base}/api/v1/me`, { headers })).body).headers;
  expect((await of({}))["x-forwarded-for"]).toBe("127.0.0.1");
  expect((await of({ "x-forwarded-for": "203.0.113.9" }))["x-forwarded-for"]).toBe("203.0.113.9, 127.0.0.1");
});

test("a body without a length arrives whole, also with a method that mostly has none", async () => {
  const { base } = await served(await echo());
  const answer = await raw(`${base}/api/v1/blocks/1`, {
    method: "DELETE",
    headers: { "transfer-encoding": "chunked" },
    body: "chunked body",
  });
  expect(JSON.parse(answer.body).body).toBe("chunked body");
});

test("a path that looks like another host stays at the api", async () => {
  const { base } = await served(await echo());
  const answer = await raw(`${base}/api//evil.example/x`);
  expect(JSON.parse(answer.body).url).toBe("/api//evil.example/x");
});

test("a body that is too large is refused, whether it says so or not, and the api sees none of a named one", async () => {
  let asked = 0;
  const api = await listening(
    createServer((request, response) => {
      asked += 1;
      request.resume();
      request.on("end", () => response.end());
    }),
  );
  const { base } = await served(api, { bodyMax: 1_000 });
  const named = await raw(`${base}/api/v1/x`, { method: "POST", body: "x".repeat(1_001) });
  expect([named.status, JSON.parse(named.body).type]).toEqual([413, "/problems/body-too-large"]);
  expect(asked).toBe(0);
  const silent = await raw(`${base}/api/v1/x`, {
    method: "POST",
    headers: { "transfer-encoding": "chunked" },
    body: "x".repeat(1_001),
  });
  expect(silent.status).toBe(413);
  const fits = await raw(`${base}/api/v1/x`, { method: "POST", body: "x".repeat(1_000) });
  expect(fits.status).toBe(200);
});

test("an api that is away is 502, and one that is too slow 504, each as a problem", async () => {
  const away = await raw(`${(await served(NOBODY)).base}/api/v1/me`);
  expect([away.status, away.headers["content-type"]]).toEqual([502, "application/problem+json"]);
  const mute = await listening(createServer(() => undefined));
  const slow = await raw(`${(await served(mute, { answerMs: 50 })).base}/api/v1/me`);
  expect([slow.status, JSON.parse(slow.body).status]).toEqual([504, 504]);
});

test("events arrive one by one, and a browser that goes away ends the stream at the api", async () => {
  let stream;
  let ended;
  const over = new Promise((resolve) => (ended = resolve));
  const api = await listening(
    createServer((request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.flushHeaders();
      stream = response;
      response.on("close", ended);
    }),
  );
  const { base } = await served(api);
  const leave = new AbortController();
  const answer = await fetch(`${base}/api/v1/events`, { signal: leave.signal });
  const reader = answer.body.getReader();
  for (const word of ["first", "second"]) {
    stream.write(`data: ${word}\n\n`);
    expect(new TextDecoder().decode((await reader.read()).value)).toBe(`data: ${word}\n\n`);
  }
  leave.abort();
  await over;
});

test("an answer that breaks off is broken for the browser, too, and not merely shorter", async () => {
  const api = await listening(
    createServer((request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => response.destroy());
    }),
  );
  const { base } = await served(api);
  await expect(raw(`${base}/api/v1/x`)).rejects.toThrow();
});

test("a stop lets an answer that has begun end, and takes nothing new", async () => {
  let answerNow;
  let began;
  const begun = new Promise((resolve) => (began = resolve));
  const api = await listening(
    createServer((request, response) => {
      answerNow = () => response.end("late");
      began();
    }),
  );
  const { server, base } = await served(api);
  const late = raw(`${base}/api/v1/x`);
  await begun;
  const stopped = stop(server, 60_000);
  await expect(raw(`${base}/healthz`)).rejects.toThrow();
  answerNow();
  expect((await late).body.toString()).toBe("late");
  await stopped;
});

test("a stop ends streams when its time is over", async () => {
  const api = await listening(
    createServer((request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.flushHeaders();
    }),
  );
  const { server, base } = await served(api);
  const stream = await fetch(`${base}/api/v1/events`);
  await stop(server, 20);
  await expect(stream.text()).rejects.toThrow();
});

test("the movable clock is there only where there is a simulator", async () => {
  const simulator = await echo();
  const develops = await served(NOBODY, { simulator }, { turnPage: clockMeta });
  expect((await raw(`${develops.base}/sim/clock`)).status).toBe(207);
  expect((await raw(`${develops.base}/sim/clock`, { method: "POST" })).status).toBe(405);
  expect((await raw(develops.base)).body.toString()).toContain('content="/sim/clock"');
  const earnest = await served(NOBODY);
  expect((await raw(`${earnest.base}/sim/clock`)).body.toString()).toContain('content="browser"');
});

test("every wrong setting is named at once, and the clock never leaves loopback", () => {
  expect(settingsOf({})).toMatchObject({
    problems: [],
    settings: { host: "127.0.0.1", port: 3010, api: "http://127.0.0.1:8010", underTls: false },
  });
  expect(
    settingsOf({
      RATIBA_CONSOLE_HOST: "0.0.0.0",
      RATIBA_CONSOLE_PORT: "70000",
      RATIBA_API: "api:8010/x",
      RATIBA_CONSOLE_TLS: "yes",
      RATIBA_CONSOLE_BODY_MAX: "-1",
      RATIBA_SIMULATOR: "http://127.0.0.1:8020",
    }).problems.map((one) => one.split(" ")[0]),
  ).toEqual([
    "RATIBA_CONSOLE_PORT",
    "RATIBA_API",
    "RATIBA_CONSOLE_TLS",
    "RATIBA_CONSOLE_BODY_MAX",
    "RATIBA_SIMULATOR",
  ]);
});
