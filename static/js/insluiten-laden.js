// The one script for another site: puts the list of places of an organisation where the script stands, in a frame.
// No cookies, nothing stored, nothing read from the page it is on.
(() => {
  const script = document.currentScript;
  const slug = script && script.dataset.organisatie;
  if (!slug) return;
  const origin = new URL(script.src).origin;
  const frame = document.createElement("iframe");
  frame.src = `${origin}/insluiten/${encodeURIComponent(slug)}/`;
  frame.title = script.dataset.titel || "Stageplekken";
  frame.loading = "lazy";
  frame.width = "100%";
  frame.height = "600";
  frame.style.border = "0";
  script.after(frame);
  window.addEventListener("message", (event) => {
    if (event.origin !== origin || event.source !== frame.contentWindow) return;
    const height = Number(event.data && event.data.stagematchHoogte);
    if (height > 0 && height < 20000) frame.height = String(Math.ceil(height));
  });
})();
