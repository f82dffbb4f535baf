import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // The ngrok SDK keeps a process-global session that breaks in worker threads.
    pool: "forks",
    globalSetup: "test/support/build.ts",
    // One for each processor, not one less: tests mostly wait for other processes.
    maxWorkers: "100%",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: { provider: "v8", include: ["src/**"], reporter: ["text-summary", "json-summary"] },
  },
});
