import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type PackageManifest, type SourceFile, structureViolations } from "./repository-structure.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string): string => readFileSync(`${root}${path}`, "utf8");
const manifest = JSON.parse(read("package.json")) as PackageManifest;

/** The files git knows or would add, without binary ones. */
function repositoryFiles(): readonly SourceFile[] {
  const listing = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root });
  return listing
    .toString()
    .split("\0")
    .filter((path) => path !== "" && existsSync(`${root}${path}`))
    .map((path) => ({ path, text: read(path) }))
    .filter(({ text }) => !text.includes("\0"));
}

describe("the repository", () => {
  test("keeps the rules of its structure", () => {
    const files = repositoryFiles();
    expect(files.map(({ path }) => path)).toContain("core/errors.ts");
    expect(structureViolations(files, manifest)).toEqual([]);
  });

  test("has a source file behind each subpath it exports", () => {
    const sources = Object.values(manifest.exports)
      .filter((entry) => typeof entry === "object")
      .map((entry) => (entry as { default: string }).default.replace(/^\.\/dist\/(.*)\.js$/, "$1.ts"));
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.filter((path) => !existsSync(`${root}${path}`))).toEqual([]);
  });

  test("runs in continuous integration exactly the README's test command", () => {
    const fenced = [...read("README.md").matchAll(/^```\w*\n(.*?)^```/gms)].map((match) => match[1]!).join("\n");
    const commands = fenced.split("\n").filter((line) => line.startsWith("npm ci &&"));
    expect(commands).toEqual(["npm ci && npm start", "npm ci && npm test"]);
    const script = read(".ci/run")
      .split("\n")
      .filter((line) => line !== "" && !/^(#|set |cd )/.test(line));
    expect(script).toEqual([commands[1]]);
  });
});

describe("a planted violation is found:", () => {
  const plantedManifest: PackageManifest = {
    name: "eqprop",
    exports: { ".": {}, "./plots": {} },
    dependencies: { "ml-matrix": "^6.0.0", jsdom: "^26.0.0" },
  };
  const violations = (...files: readonly (readonly [path: string, text: string])[]): readonly string[] =>
    structureViolations(
      files.map(([path, text]) => ({ path, text })),
      plantedManifest,
    );
  const importing = (specifier: string): string => `import { thing } from "${specifier}";\n`;

  const planted: readonly (readonly [rule: string, path: string, text: string])[] = [
    ["core imports another folder", "core/a.ts", importing("../systems/b.js")],
    ["systems import integrators", "systems/a.ts", importing("../integrators/b.js")],
    ["integrators import systems", "integrators/steppers/a.ts", importing("../../systems/b.js")],
    ["a unit test imports beyond its folder", "core/a.test.ts", importing("../systems/b.js")],
    ["learning imports systems", "learning/a.ts", importing("../systems/b.js")],
    ["learning imports systems for a type", "learning/a.ts", `import type { B } from "../systems/b.js";\n`],
    ["learning imports systems dynamically", "learning/a.ts", `const b = await import("../systems/b.js");\n`],
    ["learning re-exports systems", "learning/a.ts", `export * from "../systems/b.js";\n`],
    ["property-tests import plots", "property-tests/a.ts", importing("../plots/b.js")],
    ["plots import learning", "plots/a.ts", importing("../learning/b.js")],
    ["the root index imports the verification kit", "index.ts", importing("./property-tests/index.js")],
    ["an example imports a source file", "examples/a.ts", importing("../core/b.js")],
    ["an example imports what is not exported", "examples/a.ts", importing("eqprop/core/b")],
    ["an example imports what is no dependency", "examples/a.ts", importing("lodash")],
    ["the library imports itself by name", "learning/a.ts", importing("eqprop")],
    ["the library imports a development dependency", "plots/a.ts", importing("vitest")],
    ["the library imports a Node module", "learning/a.ts", importing("node:fs")],
    ["the library imports a Node module dynamically", "plots/a.ts", `const fs = await import("node:fs");\n`],
    ["a relative import has no extension", "core/a.ts", importing("./b")],
    ["a relative import ends in .ts", "core/a.ts", importing("./b.ts")],
    ["a file is too long", "core/a.ts", "\n".repeat(401)],
    ["a file names a machine's folder", "docs/a.md", `see ${["", "work", "main"].join("/")}`],
    ["code names a folder outside", "examples/a.ts", `const data = "${["..", "shared", "data"].join("/")}";\n`],
    ["a file names a registry", ".npmrc", `registry=https://${["registry", "example", "org"].join(".")}/`],
    ["a lock file records an address", "package-lock.json", `"resolved": ${JSON.stringify("https://host/a.tgz")}`],
  ];

  test.each(planted)("%s", (_rule, path, text) => {
    expect(violations([path, text])).toHaveLength(1);
  });

  test("the root index reaches a Node module, a package for Node and a registry through other files", () => {
    const found = violations(
      ["index.ts", `export * from "./learning/index.js";\n`],
      ["learning/index.ts", `export * from "./data/index.js";\nexport * from "./rules/registry.js";\n`],
      ["learning/data/index.ts", `${importing("node:fs")}${importing("jsdom")}${importing("ml-matrix")}`],
      ["learning/rules/registry.ts", ""],
    );
    const reached = [
      "reaches the registry learning/rules/registry.ts",
      `reaches "node:fs" through learning/data/index.ts`,
      `reaches "jsdom" through learning/data/index.ts`,
    ];
    const expected = ["index.ts", "learning/index.ts"].flatMap((index) => reached.map((what) => `${index}: ${what}`));
    expect([...found].sort()).toEqual(expected.sort());
  });

  test("and what the rules allow is not", () => {
    expect(
      violations(
        ["index.ts", `export * from "./learning/index.js";\n`],
        ["core/a.ts", `${importing("./b.js")}${importing("ml-matrix")}${"\n".repeat(398)}`],
        ["core/a.test.ts", `${importing("./a.js")}${importing("vitest")}${importing("node:fs")}`],
        ["learning/index.ts", `${importing("../core/a.js")}${importing("../integrators/b.js")}`],
        ["learning/data/index.ts", importing("node:fs")],
        ["plots/a.ts", `export const load = (): Promise<typeof import("node:fs")> => loadInNode("node:fs");\n`],
        ["property-tests/suites/a.test.ts", `${importing("../../plots/b.js")}${importing("eqprop/plots")}`],
        ["cli/main.ts", `${importing("../plots/b.js")}${importing("node:fs")}`],
        ["examples/a.ts", `${importing("eqprop")}${importing("eqprop/plots")}${importing("./b.js")}`],
        ["docs/a.md", "a network/working/worker and https://www.npmjs.com/package/eqprop"],
      ),
    ).toEqual([]);
  });
});
