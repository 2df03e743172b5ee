// Light, dark, or as the system says. A classic script in the head, so that the page is never painted in the wrong
// colours first. Shared by the inspector and the landing page.
(() => {
  const KEY = 'wms-sim.theme';
  const CHOICES = ['auto', 'light', 'dark'];

  // Storage can be forbidden; the switch then works until the page is left.
  const read = () => {
    try { return localStorage.getItem(KEY); } catch { return null; }
  };
  const write = (choice) => {
    try { localStorage.setItem(KEY, choice); } catch { /* nothing to do */ }
  };

  let choice = CHOICES.includes(read()) ? read() : 'auto';

  const apply = () => {
    if (choice === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
    for (const word of document.querySelectorAll('[data-theme-word]')) word.textContent = choice;
  };

  apply();
  document.addEventListener('DOMContentLoaded', () => {
    apply();
    for (const button of document.querySelectorAll('[data-theme-switch]')) {
      button.addEventListener('click', () => {
        choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length];
        write(choice);
        apply();
      });
    }
  });
})();
