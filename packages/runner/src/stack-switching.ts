/**
 * Whether the browser has WebAssembly stack switching (JSPI). Whether Python can really suspend is asked
 * in Python, on the stack that wants to.
 */
export function hasStackSwitching(): boolean {
  return "Suspending" in WebAssembly;
}
