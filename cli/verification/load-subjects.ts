import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { InputError } from "../../core/errors.js";
import { isNode } from "../../core/expression/expression.js";
import { symbolPrimitive } from "../../core/expression/primitives/leaves.js";
import type { DynamicalSystem } from "../../core/system.js";
import type { LearningTask } from "../../learning/task.js";
import { isSystem, isTask } from "../../property-tests/index.js";

/** Something a module exports that can be verified. */
export interface NamedSubject {
  /** The name of the export. */
  readonly name: string;
  readonly subject: DynamicalSystem | LearningTask;
}

const systemOf = (subject: DynamicalSystem | LearningTask): DynamicalSystem =>
  isTask(subject) ? subject.system : subject;

/** The system or task an export stands for; a ready-made system with its example stands for the system. */
function subjectOf(value: unknown): DynamicalSystem | LearningTask | undefined {
  if (isTask(value) || isSystem(value)) return value;
  const { system } = (value ?? {}) as { readonly system?: unknown };
  return isSystem(system) ? system : undefined;
}

/**
 * Loads a module and finds the systems and tasks it exports. TypeScript needs no build.
 *
 * @param path relative to the working folder, or absolute
 * @throws InputError for a file that is missing, cannot be loaded, or exports neither
 */
export async function loadSubjects(path: string): Promise<readonly NamedSubject[]> {
  const file = resolve(path);
  if (!existsSync(file)) {
    throw new InputError({
      field: "module",
      given: `${path}, which does not exist`,
      expected: "a TypeScript or JavaScript file",
    });
  }
  const exported = Object.entries(await importModule(path, pathToFileURL(file).href));
  const subjects = exported.flatMap(([name, value]) => {
    const subject = subjectOf(value);
    return subject === undefined ? [] : [{ name, subject }];
  });
  if (subjects.length === 0) {
    const names = exported.map(([name]) => name).join(", ");
    throw new InputError({
      field: `module ${path}`,
      given: names === "" ? "no export" : `the exports ${names}`,
      expected: "a system or a learning task among the exports",
      remedy: "write for example export const pendulum = hamiltonianSystem({ ... })",
    });
  }
  for (const { name, subject } of subjects) refuseOtherCopies(path, name, systemOf(subject));
  return subjects;
}

type Module = Readonly<Record<string, unknown>>;

async function importModule(path: string, address: string): Promise<Module> {
  try {
    return await importTypeScript(address);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const message = error instanceof Error ? (error.message.split("\n")[0] as string) : String(error);
    throw new InputError({
      field: `module ${path}`,
      given: `a file that does not load: ${message.replace(/\.$/, "")}`,
      expected: "a module that runs",
    });
  }
}

const TYPESCRIPT = /\.[cm]?tsx?$/;

/** Imports a module, TypeScript with the loaders of the package tsx: a file without "type": "module" may be of the old kind. */
async function importTypeScript(address: string): Promise<Module> {
  const loaders = TYPESCRIPT.test(address) ? [await import("tsx/cjs/api"), await import("tsx/esm/api")] : [];
  // One registration for all modules: a scoped one would load a second copy of the library.
  const unregister = loaders.map((loader) => loader.register() as () => unknown);
  try {
    return namedExports((await import(address)) as Module);
  } finally {
    for (const end of unregister) await end();
  }
}

/** The names a module exports; one of the old kind has them all in its default export. */
function namedExports(module: Module): Module {
  const { default: whole } = module;
  const isOld = Object.keys(module).length === 1 && typeof whole === "object" && whole !== null;
  return isOld && subjectOf(whole) === undefined ? (whole as Module) : module;
}

/** Graphs of one copy of the library mean nothing to another. */
function refuseOtherCopies(path: string, name: string, system: DynamicalSystem): void {
  if (system.state.every((block) => isNode(block.symbol, symbolPrimitive))) return;
  throw new InputError({
    field: `${name} of ${path}`,
    given: "a system made by another copy of eqprop than this command's",
    expected: "one copy for both",
    remedy:
      'install eqprop beside the module, set "type": "module" in its package.json (or name it .mts) and run npx eqprop there',
  });
}
