// Dialogs and the menu of the top bar.

/** Opens the dialog of `id` and gives its opener the focus back afterwards (the browser does). */
export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll('details[data-menu][open]')) {
    if (menu !== except) menu.open = false;
  }
}

export function watchDialogs() {
  document.addEventListener('click', ({ target }) => {
    if (!(target instanceof Element)) return;
    const opener = target.closest('[data-dialog-open]');
    closeMenus(opener ? null : target.closest('details[data-menu]'));
    if (opener) openDialog(opener.dataset.dialogOpen);
    // A click on the backdrop has the dialog itself as its target.
    if (target.closest('[data-dialog-close]') || target instanceof HTMLDialogElement) {
      target.closest('dialog')?.close();
    }
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    const menu = document.querySelector('details[data-menu][open]');
    if (!menu) return;
    menu.open = false;
    menu.querySelector('summary').focus();
  });
}
