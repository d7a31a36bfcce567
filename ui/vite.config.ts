import { svelte } from "@sveltejs/vite-plugin-svelte";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [svelte()],
  clearScreen: false,
  resolve: {
    alias: { $lib: here("./src/lib") },
    // Components are mounted in tests: take Svelte's browser half there too.
    conditions: process.env["VITEST"] ? ["browser"] : undefined,
  },
  // Tauri looks for the development server at this address; another port would be no use to it.
  server: { port: 1420, strictPort: true },
  build: {
    target: "safari16",
    // Nothing as a data: address, so that the content security policy stays short.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 900,
  },
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.ts"],
    setupFiles: ["tests/setup.ts"],
    restoreMocks: true,
  },
});
