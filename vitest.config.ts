import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL(".", import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^eqprop$/, replacement: `${root}index.ts` },
      { find: /^eqprop\/data$/, replacement: `${root}learning/data/index.ts` },
      { find: /^eqprop\/([a-z-]+)$/, replacement: `${root}$1/index.ts` },
    ],
  },
  test: {
    include: ["**/*.test.ts"],
    exclude: ["node_modules/**", "dist/**", "output/**"],
    testTimeout: 30_000,
    // One worker less than there are cores is the default: on two cores, one.
    maxWorkers: "100%",
  },
});
