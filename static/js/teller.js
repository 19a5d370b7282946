/* The counter on the screen in the room: read again every ten seconds, and only while somebody can see it. */
const place = document.querySelector("[data-teller]");
const EVERY = 10_000;

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(place.dataset.teller, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const text = await answer.text();
    const fresh = new DOMParser().parseFromString(text, "text/html").body;
    if (fresh.textContent.trim() === place.textContent.trim()) return; // nothing new to read out
    place.replaceChildren(...fresh.childNodes);
  } catch {
    // The connection dropped; the next turn tries again.
  }
}

if (place) {
  setInterval(refresh, EVERY);
  document.addEventListener("visibilitychange", refresh);
}
