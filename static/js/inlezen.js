// Hoe ver het inlezen is: vraagt elke twee tellen de stand en gaat door als het klaar is. Zonder script ververst de pagina zichzelf.
const vak = document.querySelector("[data-voortgang]");
const balk = vak?.querySelector("progress");
const percent = vak?.querySelector("[data-percent]");

async function kijk() {
  try {
    const antwoord = await fetch(window.location.pathname, { headers: { Accept: "application/json" } });
    if (antwoord.ok) {
      const stand = await antwoord.json();
      if (stand.next) {
        window.location.replace(stand.next);
        return;
      }
      balk.max = Math.max(1, stand.total);
      balk.value = stand.done;
      percent.textContent = String(Math.round((100 * stand.done) / Math.max(1, stand.total)));
    } else {
      window.location.reload();
      return;
    }
  } catch {
    // het net is even weg: straks weer
  }
  setTimeout(kijk, 2000);
}
if (vak) setTimeout(kijk, 1500);
