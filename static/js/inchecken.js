// Inchecken bij de ingang. Zonder dit bestand werkt de lijst ook, met gewone formulieren.
// Elke tik krijgt hier een nummer en blijft op de telefoon staan tot de server zegt dat hij er is.
(() => {
  const deur = document.querySelector("[data-deur]");
  if (!deur) return;
  const een = (q, w = deur) => w.querySelector(q);
  const alle = (q, w = deur) => [...w.querySelectorAll(q)];
  const vak = `inchecken:${deur.dataset.deur}`;
  const WACHT = 5000; // opnieuw proberen als er geen verbinding was
  const VERVERS = 20000; // wat andere telefoons deden
  const PER_KEER = 25; // klein, zodat er bij slecht bereik toch steeds iets aankomt
  const CODE = /\/inchecken\/([2-9A-HJ-NP-Z]{10})(?:\/|$)/;

  // --- wat nog verstuurd moet worden ------------------------------------------------------------
  const lees = () => {
    try {
      const rij = JSON.parse(localStorage.getItem(vak) || "[]");
      return Array.isArray(rij) ? rij : [];
    } catch {
      return [];
    }
  };
  const schrijf = (rij) => localStorage.setItem(vak, JSON.stringify(rij));
  const nummer = () => {
    if (crypto.randomUUID) return crypto.randomUUID();
    const b = crypto.getRandomValues(new Uint8Array(16));
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    const h = [...b].map((n) => n.toString(16).padStart(2, "0")).join("");
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`;
  };

  // --- wat je ziet ------------------------------------------------------------------------------
  const uur = (moment) => `${String(moment.getHours()).padStart(2, "0")}.${String(moment.getMinutes()).padStart(2, "0")}`;
  const rijVan = (id) => alle("[data-rij]").find((rij) => rij.dataset.rij === id);
  const isBinnen = (rij) => rij.classList.contains("is-binnen");
  const toonRij = (rij, tijd) => {
    rij.classList.toggle("is-binnen", Boolean(tijd));
    een("[data-tijd]", rij).textContent = tijd || "";
    een("[data-woord]", rij).textContent = tijd ? deur.dataset.woordUndo : deur.dataset.woordIn;
    een("[name=kind]", rij).value = tijd ? "undo" : "in";
  };
  const tel = () => { een("[data-binnen]").textContent = alle("[data-lijst] > .is-binnen").length; };
  let buiten = false;
  const toonStand = () => {
    const n = lees().length;
    const stand = een("[data-verbinding]");
    stand.classList.toggle("is-bewaard", n > 0);
    if (n) stand.textContent = (buiten ? deur.dataset.buiten : deur.dataset.bewaard).replace("{n}", n);
    else if (stand.textContent) stand.textContent = deur.dataset.alles;
  };

  // Wat hier nog wacht gaat voor wat de server al weet
  const toonAlles = (mensen) => {
    if (mensen) alle("[data-lijst] > [data-rij]").forEach((rij) => toonRij(rij, mensen[rij.dataset.rij]));
    lees().forEach((tik) => {
      const tijd = tik.kind === "undo" ? "" : uur(new Date(tik.at));
      let rij = tik.registration ? rijVan(tik.registration) : rijVan(tik.id);
      if (tik.code) rij = alle("[data-rij]").find((r) => r.dataset.code === tik.code);
      if (!rij && tik.kind === "walk_in") rij = nieuweRij(tik);
      if (rij && !(tijd && isBinnen(rij))) toonRij(rij, tijd);
    });
    tel();
    toonStand();
  };
  const nieuweRij = (tik) => {
    const rij = een("[data-nieuw]").content.firstElementChild.cloneNode(true);
    rij.dataset.rij = tik.id;
    een("[data-naam]", rij).textContent = tik.name;
    een("[data-wat]", rij).textContent = [tik.label, tik.organisation_name].filter(Boolean).join(", ");
    een("[data-voor]", rij).textContent = `: ${tik.name}`;
    een("[name=registration]", rij).value = tik.id;
    een("[data-lijst]").prepend(rij);
    return rij;
  };

  // --- tikken -----------------------------------------------------------------------------------
  const tik = (wat) => {
    schrijf([...lees(), { id: nummer(), at: new Date().toISOString(), ...wat }]);
    toonAlles();
    verstuur();
  };
  deur.addEventListener("submit", (e) => {
    const form = e.target;
    if (form.matches("[data-tik]")) {
      e.preventDefault();
      tik({ kind: form.elements.kind.value, registration: form.elements.registration.value });
    } else if (form.matches("[data-aan-de-deur]")) {
      const { name, role, organisation_name: waar } = form.elements;
      if (!name.value.trim() || !role.value) return; // de server zegt wat er ontbreekt
      e.preventDefault();
      const label = role.selectedOptions[0].textContent;
      tik({ kind: "walk_in", name: name.value.trim(), role: role.value, organisation_name: waar.value.trim(), label });
      form.reset();
      name.focus();
    } else if (form.matches("[data-zoek]")) {
      e.preventDefault();
    }
  });
  const zoek = een("[data-zoek] input");
  const gewoon = (tekst) => tekst.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  zoek.addEventListener("input", () => {
    const woord = gewoon(zoek.value.trim());
    alle("[data-lijst] > [data-rij]").forEach((rij) => { rij.hidden = !gewoon(een("[data-naam]", rij).textContent).includes(woord); });
  });

  // --- versturen --------------------------------------------------------------------------------
  let bezig = false;
  let later = 0;
  const verstuur = async () => {
    if (bezig) return;
    bezig = true;
    clearTimeout(later);
    const taps = lees().slice(0, PER_KEER);
    let goed = false;
    try {
      const antwoord = await fetch(deur.dataset.versturen, {
        method: "POST",
        credentials: "same-origin",
        redirect: "manual",
        signal: AbortSignal.timeout(15000),
        headers: { "Content-Type": "application/json", "X-CSRFToken": een("[name=csrfmiddlewaretoken]").value },
        body: JSON.stringify({ taps }),
      });
      buiten = [0, 302, 401, 403, 404].includes(antwoord.status);
      if (antwoord.ok) {
        const { done, refused, people, inside, expected } = await antwoord.json();
        const klaar = new Set([...done, ...Object.keys(refused)]);
        schrijf(lees().filter((t) => !klaar.has(t.id)));
        goed = true;
        localStorage.setItem(`${vak}:stand`, JSON.stringify(people));
        toonAlles(people);
        if (!lees().length) een("[data-binnen]").textContent = inside;
        een("[data-verwacht]").textContent = expected;
        const fout = Object.values(refused)[0];
        if (fout) een("[data-gevonden]").textContent = fout;
      }
    } catch {
      // geen verbinding: het staat nog op de telefoon
    }
    bezig = false;
    toonStand();
    if (goed && lees().length) verstuur();
    else later = setTimeout(verstuur, goed ? VERVERS : WACHT);
  };
  window.addEventListener("online", verstuur);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) verstuur(); });

  // --- scannen met de camera, als de browser dat kan ----------------------------------------------
  const scanner = een("[data-scanner]");
  const knop = een("[data-scan]");
  const beeld = een("[data-beeld]");
  let stroom = null;
  let laatste = "";
  const gelezen = (tekst) => {
    const code = CODE.exec(tekst)?.[1];
    if (!code || code === laatste) return;
    laatste = code;
    const rij = alle("[data-rij]").find((r) => r.dataset.code === code);
    een("[data-gevonden]").textContent = rij
      ? deur.dataset.gelezen.replace("{naam}", een("[data-naam]", rij).textContent)
      : deur.dataset.onbekend;
    if (!rij || !isBinnen(rij)) tik({ kind: "in", code });
    navigator.vibrate?.(80);
  };
  const stop = () => {
    stroom?.getTracks().forEach((spoor) => spoor.stop());
    stroom = null;
    laatste = "";
    beeld.hidden = true;
    knop.setAttribute("aria-pressed", "false");
  };
  const start = async () => {
    stroom = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    beeld.srcObject = stroom;
    beeld.hidden = false;
    await beeld.play();
    knop.setAttribute("aria-pressed", "true");
    const lezer = new BarcodeDetector({ formats: ["qr_code"] });
    while (stroom) {
      const [code] = await lezer.detect(beeld).catch(() => []);
      if (code) gelezen(code.rawValue);
      await new Promise((klaar) => { setTimeout(klaar, 250); });
    }
  };
  if ("BarcodeDetector" in window && navigator.mediaDevices?.getUserMedia) {
    BarcodeDetector.getSupportedFormats().then((soorten) => { scanner.hidden = !soorten.includes("qr_code"); });
    knop.addEventListener("click", () => { if (stroom) stop(); else start().catch(stop); });
  }

  // --- opnieuw openen zonder verbinding -----------------------------------------------------------
  navigator.serviceWorker?.register(deur.dataset.werker, { scope: location.pathname }).then(async () => {
    const { active } = await navigator.serviceWorker.ready;
    const bronnen = [...document.querySelectorAll("link[rel=stylesheet], script[src]")].map((el) => el.href || el.src);
    const beelden = [...document.querySelectorAll("use")].map((el) => new URL(el.getAttribute("href"), location).href.split("#")[0]);
    active.postMessage({ keep: [location.href.split(/[?#]/)[0], ...new Set([...bronnen, ...beelden])] });
  }).catch(() => undefined);

  // Een pagina die zonder verbinding opengaat weet niet wat er daarna nog verstuurd is
  try {
    if (!navigator.onLine) toonAlles(JSON.parse(localStorage.getItem(`${vak}:stand`) || "null"));
    else toonAlles();
  } catch {
    toonAlles();
  }
  verstuur();
})();
