// Bewaart wat iemand in een formulier typt als concept, zonder dat er iets verstuurd wordt.
// Zonder dit bestand doet de knop 'Bewaar concept' hetzelfde.
const WACHT = 1200; // milliseconden na de laatste toets

for (const formulier of document.querySelectorAll("form[data-concept]")) {
  const melding = formulier.querySelector("[data-concept-melding]");
  let klok = 0;
  let bezig = false;
  let weer = false;
  let verstuurd = false;

  const bewaar = async () => {
    if (verstuurd) return;
    if (bezig) { weer = true; return; }
    bezig = true;
    const gegevens = new FormData(formulier);
    gegevens.delete("cv_file"); // een bestand gaat pas mee met de knop
    try {
      const antwoord = await fetch(formulier.dataset.concept, {
        method: "POST", body: gegevens, headers: { Accept: "application/json" }, credentials: "same-origin", keepalive: true,
      });
      if (!antwoord.ok) throw new Error(String(antwoord.status));
      const { text } = await antwoord.json();
      if (text) melding.textContent = text;
    } catch {
      melding.textContent = melding.dataset.fout;
    } finally {
      bezig = false;
      if (weer) { weer = false; plan(); }
    }
  };
  const plan = () => { clearTimeout(klok); klok = setTimeout(bewaar, WACHT); };

  formulier.addEventListener("input", (e) => { if (e.target.type !== "file") plan(); });
  // Wie weggaat terwijl de klok loopt, verliest de laatste woorden niet.
  addEventListener("pagehide", () => { if (klok) { clearTimeout(klok); bewaar(); } });
  // Twee keer klikken verstuurt niet twee keer; en er wordt niets meer als concept bewaard.
  formulier.addEventListener("submit", (e) => {
    if (verstuurd) { e.preventDefault(); return; }
    verstuurd = true;
    clearTimeout(klok);
    setTimeout(() => { verstuurd = false; }, 8000); // de verbinding kan wegvallen: dan mag het nog een keer
  });
}
