// De werkplek: sneltoetsen, het aantal gekozen reacties, en het bericht terwijl je typt. Zonder dit bestand werkt alles ook.
const alle = (q, w = document) => [...w.querySelectorAll(q)];

// Sneltoetsen. Uit te zetten (WCAG 2.1.4, ook na herladen) en nooit in een invoerveld.
const bord = document.querySelector("[data-sneltoetsen]");
if (bord) {
  const schakel = document.getElementById("sneltoetsen-aan");
  const sleutel = "stagematch-sneltoetsen";
  const onthoud = (waarde) => { try { return waarde === undefined ? localStorage.getItem(sleutel) : localStorage.setItem(sleutel, waarde); } catch { return null; } };
  if (schakel && onthoud() === "uit") schakel.checked = false;
  schakel?.addEventListener("change", () => onthoud(schakel.checked ? "aan" : "uit"));
  const rijen = () => alle("[data-rij]");
  const huidige = () => rijen().findIndex((r) => r.contains(document.activeElement));
  const ga = (n) => { const lijst = rijen(); lijst[Math.max(0, Math.min(lijst.length - 1, n))]?.querySelector("a")?.focus(); };
  // Op een rij gaat u en a over die reactie; anders over de eerste kandidaat die je bekijkt.
  const naar = (toets) => {
    const rij = rijen()[huidige()];
    const adres = rij?.dataset[toets] ?? bord.querySelector(`[data-toets=${toets}]`)?.href;
    if (adres) window.location.assign(adres);
  };
  const acties = {
    j: () => ga(huidige() + 1),
    k: () => ga(huidige() - 1),
    x: () => rijen()[huidige()]?.querySelector("input[type=checkbox]")?.click(),
    u: () => naar("u"),
    a: () => naar("a"),
    "?": () => document.querySelector("[data-toets=hulp]")?.click(),
  };
  document.addEventListener("keydown", (e) => {
    if (!schakel?.checked || e.ctrlKey || e.metaKey || e.altKey || e.repeat || !Object.hasOwn(acties, e.key)) return;
    if (e.target.closest("input:not([type=checkbox]), textarea, select, dialog[open], [contenteditable]")) return;
    e.preventDefault();
    acties[e.key]();
  });
}

// Hoeveel er gekozen zijn, in de balk onder de kandidaten.
const gekozen = document.querySelector("[data-gekozen]");
if (gekozen) {
  const vakken = alle("#rij input[name=k]");
  const tel = () => { gekozen.textContent = String(vakken.filter((v) => v.checked).length); };
  vakken.forEach((v) => v.addEventListener("change", tel));
  tel();
}

// Het bericht zoals de student het leest, met opmerkingen, kort na de laatste toets. De server maakt het.
const formulier = document.querySelector("form[data-voorbeeld]");
const plek = document.getElementById("voorbeeld");
if (formulier && plek) {
  let wacht = 0;
  let laatste = null;
  const haal = async () => {
    laatste?.abort();
    laatste = new AbortController();
    try {
      const antwoord = await fetch(formulier.dataset.voorbeeld, {
        method: "POST", body: new FormData(formulier), signal: laatste.signal, redirect: "error",
      });
      if (antwoord.ok) plek.innerHTML = await antwoord.text();
    } catch { /* geen verbinding: de knop 'Bekijk eerst het bericht' doet hetzelfde */ }
  };
  formulier.addEventListener("input", () => { clearTimeout(wacht); wacht = setTimeout(haal, 700); });
}
