/** The first that fits names it: browsers claim to be others, so the particular comes first. */
const browsers: readonly [RegExp, string][] = [
  [/\bEdgA?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:HeadlessChrome|Chrome|Chromium|CriOS)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];
const systems: readonly [RegExp, string][] = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bMac OS X\b|\bMacintosh\b/, "macOS"],
  [/\bLinux\b/, "Linux"],
];

/**
 * Browser and system in words, such as `Firefox on Linux`, from a User-Agent. Made of our own words
 * only, so nothing a client writes there gets into a page, a log or the audit.
 * @returns null when it tells neither.
 */
export function deviceOf(userAgent: string | null): string | null {
  // A long one is nobody's browser.
  const text = (userAgent ?? "").slice(0, 512);
  const browser = browsers.find(([sign]) => sign.test(text))?.[1];
  const system = systems.find(([sign]) => sign.test(text))?.[1];
  return browser && system ? `${browser} on ${system}` : (browser ?? system ?? null);
}
