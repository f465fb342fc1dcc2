import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'src/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Most files start real servers with parser processes; more files at once than cores only makes them wait.
    maxWorkers: 2,
  },
});
