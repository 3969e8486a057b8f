import { expect } from "vitest";
import type { Expression } from "../../core/expression/expression.js";
import { symbol } from "../../core/expression/functions.js";
import { readSource } from "../../core/expression-source.js";
import { type DynamicalSystem, TIME } from "../../core/system.js";
import type { VerificationReport } from "../index.js";

type Formulas = Readonly<Record<string, string>>;

/** A mistake in what a system says of itself; formulas by block name replace those of its constructor. */
export interface Alteration {
  readonly field?: Formulas;
  readonly scalar?: string;
  readonly inverse?: Formulas;
  readonly invariants?: Formulas;
  readonly inverseMass?: Formulas;
  readonly facts?: Partial<DynamicalSystem["facts"]>;
}

/** A system with a mistake in one of its parts, the others as its constructor made them. */
export function altered(system: DynamicalSystem, alteration: Alteration): DynamicalSystem {
  const blocks = [...system.state, ...system.parameters, ...system.input];
  const scope = new Map(blocks.map((block) => [block.name, block.symbol] as const));
  scope.set(TIME, symbol(TIME));
  const read = (formula: string): Expression => readSource("fault", formula, scope);
  const replaced = (
    map: ReadonlyMap<string, Expression> | undefined,
    formulas: Formulas | undefined,
  ): Map<string, Expression> =>
    new Map([
      ...(map ?? []),
      ...Object.entries(formulas ?? {}).map(([name, formula]) => [name, read(formula)] as const),
    ]);
  const { field, scalar, inverse, invariants, inverseMass, facts } = alteration;
  return {
    ...system,
    field: replaced(system.field, field),
    invariants: replaced(system.invariants, invariants),
    facts: { ...system.facts, ...facts },
    ...(scalar === undefined ? {} : { scalar: read(scalar) }),
    ...(inverse === undefined ? {} : { inverse: replaced(system.inverse, inverse) }),
    ...(inverseMass === undefined
      ? {}
      : { kinetic: { inverseMass: replaced(system.kinetic?.inverseMass, inverseMass) } }),
  };
}

/** Entries of the state that are not zero, in the first point of a counterexample; directions may follow it. */
export function movedEntries(counterexample: string, names: readonly string[]): number {
  const [point = ""] = counterexample.split("\nwith\n");
  const lines = point.split("\n").map((line) => /^\s*(\w+) = \[?([^\]]*)\]?$/.exec(line));
  return lines
    .filter((line) => names.includes(line?.[1] ?? ""))
    .flatMap((line) => (line?.[2] ?? "").split(", "))
    .filter((entry) => Number(entry) !== 0).length;
}

/** The property must be among those that failed, with a message that names it. */
export function expectCaught(report: VerificationReport, property: string): void {
  const failed = report.results.filter(({ outcome }) => outcome === "failed");
  expect(failed.map((result) => result.property)).toContain(property);
  expect(failed.find((result) => result.property === property)?.message).toContain(property);
  expect(report.passed).toBe(false);
}
