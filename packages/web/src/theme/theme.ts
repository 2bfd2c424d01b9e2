export type Theme = "light" | "dark";

const darkQuery = "(prefers-color-scheme: dark)";

/** What the page looks like now: `data-theme` on the root decides, else the visitor's system. */
export function pageTheme(): Theme {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === "light" || chosen === "dark") return chosen;
  return matchMedia(darkQuery).matches ? "dark" : "light";
}

/** Calls `listener` when the page's theme changes, until the returned function is called. */
export function onThemeChange(listener: (theme: Theme) => void): () => void {
  let last = pageTheme();
  const check = () => {
    const theme = pageTheme();
    if (theme === last) return;
    last = theme;
    listener(theme);
  };
  const system = matchMedia(darkQuery);
  const root = new MutationObserver(check);
  system.addEventListener("change", check);
  root.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return () => {
    system.removeEventListener("change", check);
    root.disconnect();
  };
}
