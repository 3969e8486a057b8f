import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { documentationOfLearningRules } from "../../docs/learning-rules.js";
import { documentationTables } from "../../docs/tables.js";

const root = resolve(import.meta.dirname, "../..");

describe("docs/learning-rules.md", () => {
  it("is what the registry and the measurements say (npm run docs writes it)", async () => {
    await expect(documentationOfLearningRules()).toMatchFileSnapshot(join(root, "docs/learning-rules.md"));
  }, 300_000);
});

describe("docs/tables.md", () => {
  it("is what the registries say (npm run docs writes it)", async () => {
    await expect(documentationTables()).toMatchFileSnapshot(join(root, "docs/tables.md"));
  });
});

describe("the README's programs", () => {
  const blocks = [...readFileSync(join(root, "README.md"), "utf8").matchAll(/```ts\n([\s\S]*?)```/g)].map(
    (match) => match[1] as string,
  );
  // Inside the repository, so that the package's name resolves as it does for the examples.
  let folder: string;
  beforeAll(() => {
    mkdirSync(join(root, "output"), { recursive: true });
    folder = mkdtempSync(join(root, "output", "readme-"));
    blocks.forEach((text, k) => {
      writeFileSync(join(folder, `program-${k}.ts`), text);
    });
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ extends: "../../tsconfig.json", include: ["*.ts"], exclude: [] }),
    );
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("are there", () => {
    expect(blocks.length).toBeGreaterThanOrEqual(2);
  });

  it("have no type errors", () => {
    execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "--noEmit", "-p", folder], {
      encoding: "utf8",
    });
  }, 120_000);

  it("run and print finite numbers", () => {
    for (const k of blocks.keys()) {
      const printed = execFileSync(
        process.execPath,
        ["--import", import.meta.resolve("tsx"), join(folder, `program-${k}.ts`)],
        {
          cwd: root,
          encoding: "utf8",
        },
      );
      expect(printed).toMatch(/\d/);
      expect(printed).not.toMatch(/NaN|undefined/);
    }
  }, 60_000);
});
