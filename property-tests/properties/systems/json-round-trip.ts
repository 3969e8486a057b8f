import fc from "fast-check";
import { InputError } from "../../../core/errors.js";
import type { Expression } from "../../../core/expression/expression.js";
import type { DynamicalSystem } from "../../../core/system.js";
import { systemFromJson, systemToJson } from "../../../systems/json.js";
import { arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { requireAgreement } from "../../measures/agreement.js";
import { largest, pointFunction, roundingOf } from "../../measures/point-function.js";
import { finiteField } from "../../measures/system-measures.js";
import type { VerificationProperty } from "../../verification/verification-property.js";

const NAME = "the JSON form gives the same system back";

/** Why a system has no JSON form; `undefined` where it has one. */
export function lacksJson(system: DynamicalSystem): string | undefined {
  if (system.kind === "native") return "functions written by hand have no JSON form";
  try {
    systemToJson(system);
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error.message.replace(/\.$/, "");
    throw error;
  }
}

/** Every expression of a system with a name for reports. */
function expressionsOf(system: DynamicalSystem): Map<string, Expression> {
  const named = new Map<string, Expression>();
  const add = (label: (name: string) => string, expressions: ReadonlyMap<string, Expression> | undefined): void => {
    for (const [name, expression] of expressions ?? []) named.set(label(name), expression);
  };
  if (system.scalar !== undefined) named.set("the scalar", system.scalar);
  add((name) => (system.time === "continuous" ? `d${name}/dt` : `the next ${name}`), system.field);
  add((name) => `the invariant ${name}`, system.invariants);
  add((name) => `the inverse of ${name}`, system.inverse);
  add((name) => `the rate of ${name}`, system.rates);
  add((name) => `the force on ${name}`, system.generalisedForce);
  add((name) => `the time constant of ${name}`, system.timeConstants);
  add((name) => `the twist of ${name}`, system.twist);
  if (system.decomposition !== undefined) named.set("the conservative energy", system.decomposition.energy);
  return named;
}

/** What is not an expression, as text. */
const declarations = (system: DynamicalSystem): string =>
  JSON.stringify(
    [
      system.name,
      system.kind,
      system.time,
      system.facts,
      system.state,
      system.parameters,
      system.input,
      system.damping,
    ],
    (key, value: unknown) => {
      if (key === "symbol") return undefined;
      return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
    },
  );

/** systemFromJson(systemToJson(system)) has the same blocks and the same graphs, or graphs of the same values. */
export const jsonRoundTrip: VerificationProperty<DynamicalSystem> = {
  name: NAME,
  statement: "systemFromJson(systemToJson(system)) has the same blocks, facts and expressions",
  inapplicable: lacksJson,
  property(system, options) {
    const again = systemFromJson(JSON.parse(JSON.stringify(systemToJson(system))));
    const [before, after] = [expressionsOf(system), expressionsOf(again)];
    const names = [...before.keys()].filter((name) => after.get(name) !== before.get(name));
    const missing = [...before.keys(), ...after.keys()].find((name) => !before.has(name) || !after.has(name));
    const changed = missing ?? (declarations(system) === declarations(again) ? undefined : "a declaration");
    const pick = (from: ReadonlyMap<string, Expression>) =>
      pointFunction(missing === undefined ? names.map((name) => from.get(name) as Expression) : []);
    const [expected, found] = [pick(before), pick(after)];
    const field = finiteField(system, options);
    return fc.property(arbitrarySystemPoint(system), (point) => {
      if (changed !== undefined) throw new Error(`${NAME}: ${changed} is not the same after a round trip.`);
      field(point);
      const [original, read] = [expected(point), found(point)];
      const rounding = roundingOf(expected, point);
      names.forEach((name, k) => {
        const values = original[k] as Float64Array;
        requireAgreement(
          Array.from(values, (value, i) => ({ at: name, found: read[k]?.[i] as number, expected: value })),
          {
            property: NAME,
            tolerance: 1e-12,
            scale: largest(values),
            floor: 8 * (rounding[k] as number),
            likely: "the equations are not those the formulas give",
          },
          options,
        );
      });
    });
  },
};
