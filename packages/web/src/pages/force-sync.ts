/** The tests' switch: makes apps of this tab run as in a browser without stack switching. */
export function forcesSync(): boolean {
  try {
    return sessionStorage.getItem("portafilter.forceSync") === "1";
  } catch {
    // Storage is blocked, so nobody has set the switch.
    return false;
  }
}
