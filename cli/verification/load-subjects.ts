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

/** Imports a module; where node itself cannot read TypeScript, with the loader of the package tsx. */
async function importTypeScript(address: string): Promise<Module> {
  try {
    return (await import(address)) as Module;
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== "ERR_UNKNOWN_FILE_EXTENSION") throw error;
  }
  // One registration for all modules: a scoped one would load a second copy of the library.
  const { register } = await typeScriptLoader();
  const unregister = register();
  try {
    return (await import(address)) as Module;
  } finally {
    await unregister();
  }
}

interface TypeScriptLoader {
  register(): () => Promise<void>;
}

async function typeScriptLoader(): Promise<TypeScriptLoader> {
  const name = "tsx/esm/api";
  try {
    return (await import(name)) as TypeScriptLoader;
  } catch {
    throw new InputError({
      field: "module",
      given: "a TypeScript file without the package tsx",
      expected: "tsx beside eqprop",
      remedy: "run npm install tsx, or give a JavaScript file",
    });
  }
}

/** Graphs of one copy of the library mean nothing to another. */
function refuseOtherCopies(path: string, name: string, system: DynamicalSystem): void {
  if (system.state.every((block) => isNode(block.symbol, symbolPrimitive))) return;
  throw new InputError({
    field: `${name} of ${path}`,
    given: "a system made by another copy of eqprop than this command's",
    expected: "one copy for both",
    remedy: "install eqprop beside the module and run npx eqprop there",
  });
}
