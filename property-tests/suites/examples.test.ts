import { type ExecFileException, execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { JSDOM } from "jsdom";
import { describe, expect, test } from "vitest";
import { userCodeLines } from "./user-code.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = join(root, "examples");
const names = readdirSync(folder)
  .filter((name) => name.endsWith(".ts"))
  .sort();
const read = (name: string): string => readFileSync(join(folder, name), "utf8");

const LIMIT_OF_LINES = 40;
const LIMIT_OF_TIME = 120_000;

/** Runs an example where it may write, and returns what it printed; a failure shows the whole output. */
async function run(name: string, cwd: string): Promise<string> {
  const runner = join(root, "node_modules/tsx/dist/cli.mjs");
  try {
    const command = [runner, "--tsconfig", join(root, "tsconfig.json"), join(folder, name)];
    return (await promisify(execFile)(process.execPath, command, { cwd })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as ExecFileException;
    throw new Error(`examples/${name} failed:\n${stdout ?? ""}${stderr ?? String(error)}`);
  }
}

const { DOMParser } = new JSDOM("").window;

/** What is wrong with a picture: nothing, or why it is no SVG that shows anything. */
function pictureProblem(svg: string): string | undefined {
  const parsed = new DOMParser().parseFromString(svg, "image/svg+xml");
  if (parsed.querySelector("parsererror") !== null) return "no well-formed XML";
  const picture = parsed.documentElement;
  if (picture.namespaceURI !== "http://www.w3.org/2000/svg" || picture.localName !== "svg") return "no SVG";
  if (/\b(NaN|undefined|Infinity)\b/.test(svg)) return "a number that is none";
  return picture.querySelector("path, image") === null ? "nothing drawn" : undefined;
}

describe.each(names)("examples/%s", (name) => {
  test("runs, reports in one to five lines and draws its pictures", { timeout: LIMIT_OF_TIME }, async () => {
    const cwd = await mkdtemp(join(tmpdir(), "eqprop-example-"));
    try {
      const report = (await run(name, cwd)).trimEnd().split("\n");
      expect(report.length).toBeLessThanOrEqual(5);
      expect(report[0]).not.toBe("");
      expect(readdirSync(cwd)).toEqual(["output"]);
      const pictures = readdirSync(join(cwd, "output"));
      expect(pictures.length).toBeGreaterThan(0);
      for (const picture of pictures) {
        expect(read(name), `${picture} is named in the example's header`).toContain(`(${picture})`);
        expect(read("README.md"), `${picture} is named in examples/README.md`).toContain(`\`${picture}\``);
        expect(pictureProblem(readFileSync(join(cwd, "output", picture), "utf8")), picture).toBeUndefined();
      }
    } finally {
      await rm(cwd, { recursive: true, force: true });
    }
  });

  test(`has at most ${LIMIT_OF_LINES} lines of user code under a header of two`, () => {
    expect(userCodeLines(read(name))).toBeLessThanOrEqual(LIMIT_OF_LINES);
    const [first, second, third] = read(name).split("\n");
    expect([first, second].every((line) => line?.startsWith("// "))).toBe(true);
    expect(third?.startsWith("//")).toBe(false);
  });

  test("is listed in the README", () => {
    expect(read("README.md")).toContain(`[${name}](${name})`);
  });
});

test("the README lists no example that is not there", () => {
  const listed = [...read("README.md").matchAll(/\]\(([\w-]+\.ts)\)/g)].map((match) => match[1] as string);
  expect(listed.length).toBeGreaterThan(0);
  expect(listed.filter((name) => !existsSync(join(folder, name)))).toEqual([]);
});

describe("the checks themselves", () => {
  test.each([
    ["code", "let a = 1;\nlet b = 2;\n", 2],
    ["blank lines and comments", "// one\n\n/* two\n   three */\nlet a = 1; // four\n", 1],
    ["imports over several lines", 'import {\n  a,\n  b,\n} from "c";\na(b);\n', 1],
    ["a formula over several lines", "let a = `x\n  y\n\n  z`;\n", 3],
    ["a string that looks like a comment", 'f(\n  "// no comment",\n);\n', 3],
  ])("count %s", (_what, text, lines) => {
    expect(userCodeLines(text)).toBe(lines);
  });

  const document = (content: string): string => `<svg xmlns="http://www.w3.org/2000/svg">${content}</svg>`;
  test.each([
    ["text that is no XML", "<svg>", "no well-formed XML"],
    ["another document", "<html><path/></html>", "no SVG"],
    ["an empty picture", document('<rect width="9" height="9"/>'), "nothing drawn"],
    ["a curve through no number", document('<path d="M0,NaN"/>'), "a number that is none"],
    ["a curve", document('<path d="M0,1L2,3"/>'), undefined],
  ])("judge %s", (_what, svg, problem) => {
    expect(pictureProblem(svg)).toBe(problem);
  });
});
