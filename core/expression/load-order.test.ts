import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL("primitives", import.meta.url));
const sources = new Map(
  readdirSync(folder)
    .filter((name) => name.endsWith(".ts") && !name.includes(".test"))
    .map((name) => [name, readFileSync(join(folder, name), "utf8")]),
);

/** Files of the folder a file imports values from. */
const imports = (name: string): string[] =>
  [...(sources.get(name) ?? "").matchAll(/^(?:import|export) (?!type)[^;]*? from "\.\/([\w-]+)\.js";/gms)].map(
    ([, file]) => `${file}.ts`,
  );

function reachable(name: string): Set<string> {
  const seen = new Set<string>();
  const pending = imports(name);
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    pending.push(...imports(file));
  }
  return seen;
}

/** Calls of a file's functions that run while a file loads. */
const FACTORIES = {
  "elementwise.ts": /^export const \w+(: [\w<>]+)? = elementwise\b/m,
  "linear.ts": /^export const \w+(: [\w<>]+)? = (linear|rearrangement)\b/m,
};

describe("the files of primitives", () => {
  // They refer to each other in cycles. A file that is called while another loads must have run by then, whichever file is
  // imported first: so it must not, by any way, import its callers.
  it.each(Object.entries(FACTORIES))("%s is loaded before those that call it", (factory, call) => {
    const callers = [...sources.keys()].filter((name) => name !== factory && call.test(sources.get(name) as string));
    expect(callers.length).toBeGreaterThan(3);
    for (const caller of callers) expect(imports(caller)).toContain(factory);
    expect(callers.filter((caller) => reachable(factory).has(caller))).toEqual([]);
  });

  it("are found with their imports", () => {
    expect(imports("sum.ts")).toContain("linear.ts");
    expect(reachable("gather.ts").has("leaves.ts")).toBe(true);
  });
});
