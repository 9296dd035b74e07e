/* The decision form: a reason chosen ticks the outcome it belongs to; an outcome ticked drops a reason of another one. */
const form = document.querySelector("form[data-decide]");
const reason = form?.querySelector("select[name=reason]");

if (reason) {
  const outcomes = [...form.querySelectorAll("input[name=outcome]")];
  const groups = [...reason.querySelectorAll("optgroup")]; // in the order of the outcomes

  reason.addEventListener("change", () => {
    const at = groups.indexOf(reason.selectedOptions[0]?.closest("optgroup"));
    if (at >= 0 && outcomes[at]) outcomes[at].checked = true;
  });

  outcomes.forEach((outcome, at) => outcome.addEventListener("change", () => {
    const chosen = reason.selectedOptions[0]?.closest("optgroup");
    if (chosen && chosen !== groups[at]) reason.value = "";
  }));
}
