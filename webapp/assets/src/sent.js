// A page that answers what a form sent: whoever reloads it or goes back to it opens its address, and sends nothing again.

export function openSentPage() {
  if (document.documentElement.dataset.sent === undefined) return;
  window.history.replaceState(window.history.state, '', window.location.href);
}
