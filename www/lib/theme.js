// Applies the remembered choice of light or dark before anything is painted: a classic script in the page's head.
(() => {
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // No storage here: the system's choice holds.
  }
})();
