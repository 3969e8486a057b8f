/** What an {@link InputError} tells its reader. */
export interface InputProblem {
  /** The option, block or file entry at fault, as the user wrote it. */
  readonly field: string;
  /** What was given, in words or as a short literal. */
  readonly given: string;
  /** What would have been accepted. */
  readonly expected: string;
  /** What to change; left out where `expected` already says it. */
  readonly remedy?: string;
}

/** Bad input, refused before any work starts. The message is one sentence: field, given, expected, remedy. */
export class InputError extends Error {
  readonly problem: InputProblem;

  constructor(problem: InputProblem) {
    const remedy = problem.remedy === undefined ? "" : `; ${problem.remedy}`;
    super(`${problem.field}: got ${problem.given}, expected ${problem.expected}${remedy}.`);
    this.name = "InputError";
    this.problem = problem;
  }
}

/** Formats a shape as `[2, 3]`; a scalar is `[]`. */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}
