// Lets the list at the door open again without a connection. Keeps this one page and what it looks like, nothing else,
// and forgets it when the server no longer gives it, or after 18 hours.
const CACHE = "inchecken";
const PAGE = self.registration.scope;
const LONGEST = 18 * 3600 * 1000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (e) => e.waitUntil(self.clients.claim()));

const isPage = (url) => url.split(/[?#]/)[0] === new URL(PAGE).href;

const keep = async (url) => {
  const cache = await caches.open(CACHE);
  const answer = await fetch(url, { credentials: "same-origin", redirect: "manual" });
  if (answer.ok) await cache.put(isPage(url) ? PAGE : url, answer);
  else if (isPage(url)) await cache.delete(PAGE);
};

self.addEventListener("message", (e) => {
  const urls = (e.data?.keep || []).filter((url) => new URL(url).origin === self.location.origin);
  e.waitUntil(Promise.all(urls.map((url) => keep(url).catch(() => undefined))));
});

const kept = async (request) => {
  const cache = await caches.open(CACHE);
  const answer = await cache.match(isPage(request.url) ? PAGE : request);
  const made = Date.parse(answer?.headers.get("Date") || "");
  if (answer && isPage(request.url) && Date.now() - made > LONGEST) {
    await cache.delete(PAGE);
    return undefined;
  }
  return answer;
};

const serve = async (request) => {
  try {
    const answer = await fetch(request);
    if (isPage(request.url) && !answer.ok) {
      const cache = await caches.open(CACHE);
      await cache.delete(PAGE);
    }
    return answer;
  } catch (error) {
    const answer = await kept(request);
    if (answer) return answer;
    throw error;
  }
};

self.addEventListener("fetch", (e) => {
  if (e.request.method === "GET" && new URL(e.request.url).origin === self.location.origin) e.respondWith(serve(e.request));
});
