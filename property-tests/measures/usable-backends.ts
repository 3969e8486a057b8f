import { interpreter } from "../../core/compile/interpreter/interpreter.js";
import { canGenerateCode, javascript } from "../../core/compile/javascript/javascript.js";
import type { Backend } from "../../core/compile/program.js";

/** Those backends that run here: without the right to generate code, not the one that generates it. */
export const usableBackends = (backends: readonly Backend[]): readonly Backend[] =>
  backends.filter(({ name }) => name !== "javascript" || canGenerateCode());

/** Generated code where it may be generated, else the interpreter. */
export const fastestBackend = (): Backend => (canGenerateCode() ? javascript : interpreter);
