// A note is written once, also when the phone sends it twice: it gets its own number before it goes.
for (const form of document.querySelectorAll("[data-briefje]")) {
  const id = form.querySelector("[name=client_id]");
  if (id && !id.value && crypto.randomUUID) id.value = crypto.randomUUID();
  // A half-written note survives a reload or a locked phone.
  const text = form.querySelector("textarea");
  const key = `briefje:${location.pathname}`;
  try {
    if (text && !text.value) text.value = sessionStorage.getItem(key) ?? "";
    text?.addEventListener("input", () => sessionStorage.setItem(key, text.value));
    form.addEventListener("submit", () => sessionStorage.removeItem(key));
  } catch {
    // Private windows may refuse storage: then there is just no copy.
  }
}
