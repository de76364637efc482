import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "jsdom",
    include: ["tests/**/*.test.ts"],
    globalSetup: ["tests/built.ts"],
    setupFiles: ["tests/browser.ts"],
    unstubGlobals: true,
    testTimeout: 20_000,
  },
});
