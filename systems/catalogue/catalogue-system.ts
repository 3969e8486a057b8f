import { describeGiven } from "../../core/block-declarations.js";
import { InputError } from "../../core/errors.js";
import type { BlockNames, DynamicalSystem, NumericValue, Values } from "../../core/system.js";

/** A ready-made system with an example to start from: parameters, initial state, input, and what is known exactly. */
export interface CatalogueSystem<N extends BlockNames = BlockNames> {
  readonly system: DynamicalSystem<N>;
  /** Parameters of the example; they are also the defaults of the system unless its module says otherwise. */
  readonly parameters: Values<N["parameters"]>;
  /** Initial state of the example. */
  readonly initial: Values<N["state"]>;
  /** Input of the example; empty for a system without input. */
  readonly input: Values<N["input"]>;
  /** The state of the example at a time, where there is a closed form. */
  readonly exact?: (time: number) => Values<N["state"]>;
  /** The period of the example, where it is known. */
  readonly period?: number;
}

/** What an example adds to a system; parameters left out are the system's defaults. */
type Example<N extends BlockNames> = Omit<CatalogueSystem<N>, "system" | "input" | "parameters"> &
  ([N["input"]] extends [never] ? { readonly input?: Values<N["input"]> } : { readonly input: Values<N["input"]> }) & {
    readonly parameters?: Partial<Values<N["parameters"]>>;
  };

/** Puts an example beside its system. */
export function catalogueSystem<N extends BlockNames>(
  system: DynamicalSystem<N>,
  example: Example<N>,
): CatalogueSystem<N> {
  const given = (example.parameters ?? {}) as Readonly<Record<string, NumericValue | undefined>>;
  const values = system.parameters.map(({ name, default: usual }) => [name, given[name] ?? usual] as const);
  return {
    ...example,
    system,
    input: (example.input ?? {}) as Values<N["input"]>,
    parameters: Object.fromEntries(values) as unknown as Values<N["parameters"]>,
  };
}

/** Refuses an option of a ready-made system unless it fits. */
export function checkOption(field: string, value: unknown, fits: boolean, expected: string): void {
  if (!fits) throw new InputError({ field, given: describeGiven(value), expected });
}

/** Refuses a size that is not a whole number from `least` on. */
export function checkSize(field: string, size: number, least: number): void {
  checkOption(field, size, Number.isSafeInteger(size) && size >= least, `a whole number from ${least} on`);
}
