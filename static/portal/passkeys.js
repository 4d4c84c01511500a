// allauth reports what the browser or the key refused; the page says it in words.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const told = document.getElementById("passkey_failed");
  if (told) told.hidden = false;
});
