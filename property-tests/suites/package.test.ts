import { type ExecFileException, execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, type TestContext, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const tool = (path: string): string => join(root, "node_modules", path);

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
}

const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as Manifest;

/** What a user may write after `from`: every typed subpath of the exports map. */
const specifiers = Object.entries(manifest.exports)
  .filter(([, target]) => typeof target === "object")
  .map(([subpath]) => manifest.name + subpath.slice(1));

const BUILD_AND_INSTALL_LIMIT = 300_000;
const TOOL_LIMIT = 120_000;
const UNREACHABLE = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ENOTCACHED)\b/;

let folder: string;
let tarball: string;
let consumer: string;
let registryAnswers = true;

/** Runs a command and returns what it printed; a failure shows the command's whole output. */
async function run(command: string, arguments_: readonly string[], cwd: string): Promise<string> {
  const options = { cwd, maxBuffer: 2 ** 26, shell: process.platform === "win32" };
  try {
    return (await promisify(execFile)(command, [...arguments_], options)).stdout;
  } catch (error) {
    const { stdout, stderr } = error as ExecFileException;
    throw new Error(`${command} ${arguments_.join(" ")} failed:\n${stdout ?? ""}${stderr ?? String(error)}`);
  }
}

function node(script: string, ...arguments_: string[]): Promise<string> {
  return run(process.execPath, [script, ...arguments_], consumer);
}

/** Type-checks the consumer's file under one of the module resolutions a user may have. */
async function typeCheck(module: "nodenext" | "esnext", moduleResolution: "nodenext" | "bundler"): Promise<void> {
  const imports = specifiers.map((specifier, index) => `import * as module${index} from "${specifier}";`);
  const uses = specifiers.map((_, index) => `  Object.keys(module${index}).length,`);
  await writeFile(
    join(consumer, "main.ts"),
    [...imports, "export const sizes: readonly number[] = [", ...uses, "];", ""].join("\n"),
  );
  const compilerOptions = {
    module,
    moduleResolution,
    target: "es2022",
    lib: ["es2022", "dom"],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
  };
  await writeFile(join(consumer, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["main.ts"] }));
  await node(tool("typescript/bin/tsc"), "-p", "tsconfig.json");
}

function needsRegistry(context: TestContext): void {
  context.skip(!registryAnswers, "the packed package was not installed: no package registry answers");
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "eqprop-package-"));
  consumer = join(folder, "consumer");
  await mkdir(consumer);
  await writeFile(join(consumer, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));

  const packed = await run("npm", ["pack", "--json", "--silent", "--pack-destination", folder], root);
  const file = /"filename": "(.+\.tgz)"/.exec(packed)?.[1];
  expect(file, packed).toBeDefined();
  tarball = join(folder, file!);

  const quick = ["--prefer-offline", "--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"];
  try {
    await run("npm", ["install", ...quick, tarball], consumer);
  } catch (error) {
    if (!UNREACHABLE.test(String(error))) throw error;
    registryAnswers = false;
  }
}, BUILD_AND_INSTALL_LIMIT);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the packed package", () => {
  test("passes publint", { timeout: TOOL_LIMIT }, async () => {
    await node(tool("publint/src/cli.js"), "run", tarball, "--strict");
  });

  test("passes arethetypeswrong", { timeout: TOOL_LIMIT }, async () => {
    const options = ["--profile", "esm-only", "--no-definitely-typed"];
    await node(tool("@arethetypeswrong/cli/dist/index.js"), tarball, ...options);
  });
});

describe("installed into an empty folder, the packed package", () => {
  test("brings no GPU library unless asked", (context) => {
    needsRegistry(context);
    const present = ["gpu.js", "webgpu", "gl"].filter((name) => existsSync(join(consumer, "node_modules", name)));
    expect(present).toEqual([]);
  });

  test("is imported from JavaScript by every subpath", { timeout: TOOL_LIMIT }, async (context) => {
    needsRegistry(context);
    const script = [
      "const counts = {};",
      `for (const specifier of ${JSON.stringify(specifiers)}) {`,
      "  counts[specifier] = Object.keys(await import(specifier)).length;",
      "}",
      "console.log(JSON.stringify(counts));",
    ];
    await writeFile(join(consumer, "main.js"), script.join("\n"));
    const counts = JSON.parse(await node("main.js")) as Record<string, number>;
    expect(Object.keys(counts)).toEqual(specifiers);
    expect(Object.entries(counts).filter(([, count]) => count === 0)).toEqual([]);
  });

  test("is imported from TypeScript in a Node project", { timeout: TOOL_LIMIT }, async (context) => {
    needsRegistry(context);
    await typeCheck("nodenext", "nodenext");
  });

  test("is imported from TypeScript in a bundled project", { timeout: TOOL_LIMIT }, async (context) => {
    needsRegistry(context);
    await typeCheck("esnext", "bundler");
  });

  test("has a command that explains itself", { timeout: TOOL_LIMIT }, async (context) => {
    needsRegistry(context);
    expect(await run("npx", ["--no-install", "eqprop", "--help"], consumer)).toContain("Usage: eqprop");
  });
});
