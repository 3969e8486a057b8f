import { posix } from "node:path";
import ts from "typescript";

/** A text file of the repository; `path` is relative to its root, with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** The parts of package.json that say what may be imported. */
export interface PackageManifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const MAXIMUM_LINES = 400;

/** Which top-level folders each part may import by relative path; a part that is not listed may import anything. */
const FOLDERS_WITHIN_REACH: Readonly<Record<string, readonly string[]>> = {
  core: ["core"],
  systems: ["core", "systems"],
  integrators: ["core", "integrators"],
  learning: ["core", "integrators", "learning"],
  "property-tests": ["core", "systems", "integrators", "learning", "property-tests"],
  plots: ["core", "plots"],
  "index.ts": ["core", "systems", "integrators", "learning"],
  examples: ["examples"],
};

/** Indexes a browser may load: no Node module and no registry may be reached from them. */
const BROWSER_INDEXES = ["index.ts", "core/index.ts", "systems/index.ts", "integrators/index.ts", "learning/index.ts"];

/** What those indexes may pull in from outside: nothing that needs Node or a document. */
const BROWSER_PACKAGES = ["ml-matrix"];

const SUITES = "property-tests/suites/";
const NODE_FOLDERS = ["cli/", "examples/", "benchmarks/", "learning/data/", SUITES];

/** Brackets around a character keep these patterns from matching the text of this file. */
const FORBIDDEN_TEXTS: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  { pattern: /(?<![\w.@-])[/]work(?![\w-])/, what: "a path of one machine" },
  { pattern: /\bregistry[.][a-z0-9-]+\.[a-z]/i, what: "a package registry's host" },
  { pattern: /"resolved": "\w+:\/\//, what: "a download address" },
];
const OUTSIDE_FOLDER = /\.\.[/]shared\//;

/**
 * The module names a TypeScript file imports or re-exports, type-only and dynamic imports included. The type of a Node
 * module is no import: it is erased, and code that loads the module on demand, in Node only, needs it.
 */
function importsOf(file: SourceFile): readonly string[] {
  const text = file.text.replace(/typeof import\("node:[^"]+"\)/g, "unknown");
  return ts.preProcessFile(text, true, true).importedFiles.map((reference) => reference.fileName);
}

function isTest(path: string): boolean {
  return path.endsWith(".test.ts") || path.startsWith(SUITES);
}

function isRelative(specifier: string): boolean {
  return specifier.startsWith(".");
}

/** The part of the repository a path belongs to: its top-level folder, or a file at the root. */
function partOf(path: string): string {
  return path.split("/", 1)[0]!;
}

/** The file a relative import names. */
function targetOf(path: string, specifier: string): string {
  return posix.join(posix.dirname(path), specifier).replace(/\.js$/, ".ts");
}

/** `@scope/name/sub` to `@scope/name`, `name/sub` to `name`. */
function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function checkRelativeImport(path: string, specifier: string): readonly string[] {
  const problems: string[] = [];
  if (!specifier.endsWith(".js")) problems.push(`imports "${specifier}" without the extension .js`);
  const allowed = path.startsWith(SUITES) ? undefined : FOLDERS_WITHIN_REACH[partOf(path)];
  const part = partOf(targetOf(path, specifier));
  if (allowed !== undefined && !allowed.includes(part)) {
    problems.push(`imports "${specifier}", but ${partOf(path)} may import only ${allowed.join(", ")}`);
  }
  return problems;
}

function checkPackageImport(path: string, specifier: string, manifest: PackageManifest): readonly string[] {
  if (specifier.startsWith("node:")) {
    const allowed = isTest(path) || NODE_FOLDERS.some((folder) => path.startsWith(folder)) || !path.includes("/");
    return allowed ? [] : [`imports "${specifier}"; only ${NODE_FOLDERS.join(", ")} and tests may need Node`];
  }
  const name = packageOf(specifier);
  if (name === manifest.name) {
    if (!path.startsWith("examples/") && !path.startsWith("benchmarks/") && !path.startsWith(SUITES)) {
      return [`imports "${specifier}" by the package's name, which is for its users`];
    }
    const subpath = `.${specifier.slice(name.length)}`;
    return subpath in manifest.exports ? [] : [`imports "${specifier}", which the package does not export`];
  }
  const shipped = { ...manifest.dependencies, ...manifest.peerDependencies };
  const development = isTest(path) || path.startsWith("benchmarks/") || !path.includes("/");
  return development || name in shipped ? [] : [`imports "${specifier}", which is not among the dependencies`];
}

function checkFile(file: SourceFile, manifest: PackageManifest): readonly string[] {
  const problems = FORBIDDEN_TEXTS.filter(({ pattern }) => pattern.test(file.text)).map(({ what }) => `names ${what}`);
  if (!file.path.endsWith(".ts")) return problems;
  if (OUTSIDE_FOLDER.test(file.text)) problems.push("names a folder outside the repository");
  const lines = file.text.replace(/\n$/, "").split("\n").length;
  if (lines > MAXIMUM_LINES) problems.push(`has ${lines} lines, the limit is ${MAXIMUM_LINES}`);
  for (const specifier of importsOf(file)) {
    problems.push(
      ...(isRelative(specifier)
        ? checkRelativeImport(file.path, specifier)
        : checkPackageImport(file.path, specifier, manifest)),
    );
  }
  return problems;
}

/** Everything an index pulls into a browser bundle, followed through relative imports. */
function checkBrowserIndex(index: string, files: ReadonlyMap<string, SourceFile>): readonly string[] {
  const problems: string[] = [];
  const seen = new Set([index]);
  for (const path of seen) {
    const file = files.get(path);
    if (file === undefined) continue;
    const name = posix.basename(path, ".ts");
    if (name === "registry" || name.endsWith("-registry")) problems.push(`reaches the registry ${path}`);
    for (const specifier of importsOf(file)) {
      if (isRelative(specifier)) seen.add(targetOf(path, specifier));
      else if (!BROWSER_PACKAGES.includes(packageOf(specifier)))
        problems.push(`reaches "${specifier}" through ${path}`);
    }
  }
  return problems;
}

/**
 * Checks the rules of the repository's structure: which way imports point, what a browser bundle may reach, the length of
 * files, and that no file names a machine or a registry.
 *
 * @returns one line per violation, `path: what is wrong`; empty when all rules hold
 */
export function structureViolations(files: readonly SourceFile[], manifest: PackageManifest): readonly string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return [
    ...files.flatMap((file) => checkFile(file, manifest).map((problem) => `${file.path}: ${problem}`)),
    ...BROWSER_INDEXES.flatMap((index) => checkBrowserIndex(index, byPath).map((problem) => `${index}: ${problem}`)),
  ];
}
