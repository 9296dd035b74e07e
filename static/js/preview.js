/* A batch's preview is the answer to a POST: in the history it stands as the list it came from, so that Back and reload never ask to send it again. */
const form = document.querySelector("[data-preview]");
if (form) {
  form.action = location.href;
  history.replaceState(history.state, "", form.dataset.preview);
}
