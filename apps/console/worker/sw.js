// The console's service worker: the page itself opens without the line, and shows the day sheet that was kept. Nothing of
// the api is ever kept here. The build writes what the page needs in place of the two names below.
/* global self, caches, __SHELL__, __VERSION__ */
const CACHE = `ratiba-${__VERSION__}`;
const SHELL = __SHELL__;
/** What is not the console's own page. */
const PASSED_ON = /^\/(api|auth|calendars|pay|webhooks|sim|healthz)(\/|$)/;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(SHELL))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names
            .filter((name) => name.startsWith("ratiba-") && name !== CACHE)
            .map((name) => caches.delete(name)),
        ),
      )
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin || PASSED_ON.test(url.pathname)) return;
  if (request.mode === "navigate") {
    // The newest page as long as anybody answers; else the one that is here.
    event.respondWith(fetch(request).catch(async () => (await caches.match("/")) ?? Response.error()));
  } else if (SHELL.includes(url.pathname)) {
    event.respondWith(caches.match(url.pathname).then((kept) => kept ?? fetch(request)));
  }
});
