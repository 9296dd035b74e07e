// An answer by choice: only what the chosen result needs is shown; without this script all fields are there.
const radios = document.querySelectorAll("input[data-needs]");
const fields = document.querySelectorAll("[data-need]");

function show() {
  const chosen = [...radios].find((radio) => radio.checked);
  const needs = chosen ? chosen.dataset.needs.split(" ") : [];
  for (const field of fields) {
    const row = document.getElementById(`div_id_${field.name}`);
    if (row && field.name !== "note") row.hidden = !needs.includes(field.dataset.need);
  }
}

radios.forEach((radio) => radio.addEventListener("change", show));
show();
