import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const folder = new URL(".", import.meta.url);

describe("the plots folder", () => {
  it("imports nothing that a browser lacks", () => {
    for (const name of readdirSync(folder).filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))) {
      const source = readFileSync(new URL(name, folder), "utf8");
      const imported = [...source.matchAll(/^(?:import|export)\s+(?!type)[^;]*?from "([^"]+)"/gm)].map(
        (match) => match[1] as string,
      );
      for (const specifier of imported) expect(specifier, name).toMatch(/^(\.\/|\.\.\/core\/|@observablehq\/plot$)/);
    }
  });
});
