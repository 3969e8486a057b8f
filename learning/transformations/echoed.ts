import { systemOfKind } from "../../core/describe.js";
import { InputError } from "../../core/errors.js";
import type { Expression } from "../../core/expression/expression.js";
import { add, multiply, negate, symbol } from "../../core/expression/functions.js";
import { substitute, substituteOne } from "../../core/expression/transform.js";
import { equalAtRandom } from "../../core/structure-proofs.js";
import { type DynamicalSystem, type ParameterBlock, TIME } from "../../core/system.js";

/** The name of the parameter that stands for minus the damping in an echoed system. */
export const reversedDampingName = (damping: string): string => `${damping}_reversed`;

/**
 * The system whose motion, started from a state with its momenta turned round, retraces the original backwards in time:
 * H(q, p, -t), with the damping gamma replaced by -gamma, which is a parameter of its own, named gamma_reversed. Its time is
 * minus the original one, and inputs that vary in time have to be replayed in reverse.
 *
 * Source: Pourcel & Ernoult 2025; the reversed damping after Lagrangian equilibrium propagation 2025.
 *
 * @throws InputError for a system that cannot be echoed, see {@link refuseEcho}
 */
export function echoed(system: DynamicalSystem): DynamicalSystem {
  const refused = refuseEcho(system);
  if (refused !== undefined) throw new InputError({ field: "echoed", given: system.name, expected: refused });
  const reversed = new Map([[symbol(TIME), negate(symbol(TIME))]]);
  const scalar = substituteOne(system.scalar as Expression, reversed);
  const field = substitute([...system.field.values()], reversed);
  const renamed = { ...system, name: `${system.name}, echoed`, scalar, invariants: new Map() };
  const names = [...system.field.keys()];
  const asField = (expressions: readonly Expression[]): Map<string, Expression> =>
    new Map(names.map((name, k) => [name, expressions[k] as Expression]));
  if (system.damping === undefined) return { ...renamed, field: asField(field) };
  const name = reversedDampingName(system.damping);
  const damping = system.parameters.find((block) => block.name === system.damping) as ParameterBlock;
  const { default: usual, ...block } = damping;
  const opposite = symbol(name);
  return {
    ...renamed,
    parameters: [...system.parameters, { ...block, name, symbol: opposite }],
    damping: name,
    field: asField(
      field.map((rate, k) => {
        const { role, symbol: own } = system.state[k] as DynamicalSystem["state"][number];
        return role === "momentum" ? add(rate, multiply(add(damping.symbol, negate(opposite)), own)) : rate;
      }),
    ),
  };
}

/** Why a system has no echo; `undefined` where it has one. */
export function refuseEcho(system: DynamicalSystem): string | undefined {
  const { name, kind, scalar, state } = system;
  if (kind !== "hamiltonian" || scalar === undefined) {
    return `a Hamiltonian system, because an echo turns the momenta round, and ${name} is ${systemOfKind(kind)}`;
  }
  const turned = new Map(
    state.filter(({ role }) => role === "momentum").map((block) => [block.symbol, negate(block.symbol)] as const),
  );
  if (equalAtRandom(scalar, substituteOne(scalar, turned))) return undefined;
  return `a Hamiltonian that is even in the momenta, because the echo starts from turned momenta, and that of ${name} is not (a magnetic field would have to be turned round with them)`;
}
