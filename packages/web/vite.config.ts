import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Builds for `script-src 'self'; style-src 'self'; font-src 'self'`: nothing may be inlined. */
export default defineConfig({
  plugins: [react()],
  resolve: {
    alias: {
      // Its build for browsers decodes through `innerHTML`, which Trusted Types refuse; Node's needs no DOM.
      "decode-named-character-reference": fileURLToPath(
        import.meta.resolve("decode-named-character-reference"),
      ),
    },
  },
  build: {
    // A font in a data: address would be refused by the policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2024",
  },
});
