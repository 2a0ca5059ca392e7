// Keeps the scanner's shell, so that it opens without a network. Everything of a version comes from that version: a new one
// is fetched whole, and takes over when the page says so or nobody has it open. The server writes SHELL and VERSION before.
const { SHELL, VERSION } = self;
const NAME = `scan-${VERSION}`;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(SHELL.map((url) => new Request(url, { cache: "reload" })))));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("scan-") && name !== NAME).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("message", ({ data }) => {
  if (data === "take-over") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  const path = request.mode === "navigate" && url.pathname === "/scan" ? "/scan" : url.pathname;
  if (!SHELL.includes(path)) return;
  event.respondWith(caches.open(NAME).then((cache) => cache.match(path, { ignoreVary: true })).then((kept) => kept ?? fetch(request)));
});
