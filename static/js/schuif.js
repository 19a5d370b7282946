// A slider beside a number field; both always say the same. Without this file the number field does all of it.
for (const field of document.querySelectorAll("input[data-schuif]")) {
  const slider = document.createElement("input");
  slider.type = "range";
  slider.className = "sm-schuif";
  slider.min = field.min;
  slider.max = field.max;
  slider.value = field.value;
  slider.setAttribute("aria-label", field.dataset.schuif);
  field.after(slider);
  slider.addEventListener("input", () => { field.value = slider.value; });
  field.addEventListener("input", () => { if (field.value) slider.value = field.value; });
}
