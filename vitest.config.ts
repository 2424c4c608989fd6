import { defineConfig } from "vitest/config";

// One process per test file costs more than it isolates: pure rooms hold no state.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/e2e/**", "node_modules/**"],
    testTimeout: 20_000,
    maxWorkers: 2,
  },
});
