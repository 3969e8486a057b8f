import { interpreter } from "./interpreter/interpreter.js";
import { canGenerateCode, javascript } from "./javascript/javascript.js";
import type { Backend } from "./program.js";

let chosen: Backend | undefined;

/** Generated JavaScript, or the interpreter where code generation is forbidden. */
export function defaultBackend(): Backend {
  chosen ??= canGenerateCode() ? javascript : interpreter;
  return chosen;
}
