import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // Airflow may live below any path: the document's <base> says which, every address is relative to it.
  base: "./",
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    target: "es2022",
    sourcemap: false,
    // Fonts and pictures as files: a policy without data: holds.
    assetsInlineLimit: 0,
    // A preload helper would write <link> elements for chunks that are small and few anyway.
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1600,
  },
  test: {
    environment: "jsdom",
    environmentOptions: { jsdom: { url: "http://airflow.test/dean/page/" } },
    globals: true,
    setupFiles: ["src/testing/setup.ts"],
    css: false,
    restoreMocks: true,
    // One browser document for all files: making one for each took longer than the tests.
    isolate: false,
    // A busy machine is slow, not wrong.
    testTimeout: 30_000,
    env: { TZ: "UTC" },
  },
});
