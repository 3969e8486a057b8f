import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const command = ["--import", import.meta.resolve("tsx"), join(root, "cli/main.ts"), "verify"];
const MINUTE = 60_000;

const SPRING = `import { hamiltonianSystem } from "eqprop";
export const spring = hamiltonianSystem({
  name: "spring",
  coordinates: { q: [] },
  momenta: { p: [] },
  hamiltonian: "p^2/2 + q^2/2 + q^4/4",
});
`;
const TASK = `import { energySystem, learningTask } from "eqprop";
const unit = energySystem({ name: "unit", state: { s: [] }, parameters: { w: [] }, energy: "s^2/2 - w*tanh(s)" });
export const task = learningTask(unit, { target: { y: [] }, cost: { final: "(s - y)^2/2" } });
`;
const BROKEN = `${SPRING}
export const broken = { ...spring, field: new Map([...spring.field, ["p", spring.field.get("q")!]]) };
`;

describe("eqprop verify", () => {
  // Inside the repository, so that the package's name resolves as it does where it is installed.
  let folder: string;
  beforeAll(() => {
    mkdirSync(join(root, "output"), { recursive: true });
    folder = mkdtempSync(join(root, "output", "verify-"));
    const files = { spring: SPRING, task: TASK, broken: BROKEN, nothing: "export const three = 3;", wrong: "export {" };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, `${name}.ts`), text);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const eqprop = (...options: string[]): Promise<{ status: number; output: string; errors: string }> =>
    new Promise((done) => {
      execFile(process.execPath, [...command, ...options], { cwd: folder }, (error, output, errors) =>
        done({ status: error === null ? 0 : Number(error.code), output, errors }),
      );
    });

  it(
    "checks what a TypeScript module exports, with a certificate and mutations",
    async () => {
      const { status, output, errors } = await eqprop(
        "./spring.ts",
        ...["--runs", "5", "--seed", "1", "--html", "out/page.html", "--json", "out/report.json", "--mutate"],
      );
      expect(errors).toBe("");
      expect(status).toBe(0);
      expect(output).toMatch(/^spring of \.\/spring\.ts\nsystem spring: PASSED/);
      expect(output).toMatch(/error against step, spring under leapfrog: slope (2\.0|1\.9)/);
      expect(output).toMatch(/mutations of spring: (\d+) of \1 noticed \(100\.0 %\)/);
      expect(JSON.parse(readFileSync(join(folder, "out/report.json"), "utf8"))).toMatchObject({
        format: 1,
        seed: 1,
        runs: 5,
      });
      const page = readFileSync(join(folder, "out/page.html"), "utf8");
      expect(page).toMatch(/^<!doctype html>/i);
      expect(page).toMatch(/<svg/);
      expect(page).toMatch(/Seed 1; eqprop \d/);
      expect(page).not.toMatch(/<script|<link|src="http|url\(http/i);
      expect(readdirSync(join(folder, "out")).sort()).toEqual(["page.html", "report.json"]);
    },
    MINUTE,
  );

  it(
    "checks the gradient of a task",
    async () => {
      const { status, output } = await eqprop("task.ts", "--runs", "3", "--html", "task.html");
      expect(status).toBe(0);
      expect(output).toMatch(/passed +the task of unit under equilibrium propagation +the gradient matches/);
      expect(output).toMatch(/error against nudge, .*: slope (2\.0|1\.9)/);
      expect(readFileSync(join(folder, "task.html"), "utf8")).toContain("Error against the nudge");
    },
    MINUTE,
  );

  it(
    "ends with the status 1 when a property fails, and names every export",
    async () => {
      const { status, output } = await eqprop("broken.ts", "--runs", "3", "--json", "both.json");
      expect(status).toBe(1);
      expect(output).toMatch(/^spring of broken\.ts\n/m);
      expect(output).toMatch(/^broken of broken\.ts\n/m);
      expect(output).toMatch(/FAILED {2}spring\n {4}the field is the symplectic gradient of the Hamiltonian: /);
      expect(output).toMatch(/replay: seed 0, path "/);
      expect(readdirSync(folder)).toEqual(expect.arrayContaining(["both-broken.json", "both-spring.json"]));
    },
    MINUTE,
  );

  it(
    "says in one sentence what is wrong with its input",
    async () => {
      const cases: readonly (readonly [string[], RegExp])[] = [
        [["missing.ts"], /missing\.ts.*does not exist/],
        [["nothing.ts"], /nothing\.ts.*three.*a system or a learning task/],
        [["wrong.ts"], /wrong\.ts.*does not load/],
        [["spring.ts", "--runs", "0"], /--runs.*"0"/],
      ];
      await Promise.all(
        cases.map(async ([options, words]) => {
          const { status, errors } = await eqprop(...options);
          expect(errors.trim().split("\n"), errors).toHaveLength(1);
          expect(errors).toMatch(words);
          expect(status, errors).toBe(2);
        }),
      );
    },
    MINUTE,
  );
});
