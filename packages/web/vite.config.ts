import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Builds for `script-src 'self'; style-src 'self'; font-src 'self'`: nothing may be inlined. */
export default defineConfig({
  plugins: [react()],
  build: {
    // A font in a data: address would be refused by the policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2024",
  },
});
