import type { Expression } from "../../core/expression/expression.js";
import { add, multiply, negate, subtract } from "../../core/expression/primitives/arithmetic.js";
import { symbol } from "../../core/expression/primitives/leaves.js";
import { rootOf } from "../../core/expression/primitives/root.js";
import { cos, sin } from "../../core/expression/primitives/trigonometric.js";
import type { HamiltonianTerm, Integrator, StateExpressions, StepContext } from "../../core/integrator.js";
import type { ImplicitOptions } from "../implicit-runge-kutta.js";
import { checkNumber, checkStep, continuousTime, hamiltonian, refusalOf, unbounded } from "../requirements.js";

/** Options of {@link tao}. */
export interface TaoOptions extends ImplicitOptions {
  /**
   * The rate w >= 0 that binds the copies to each other within a step, in units of 1/time. The projection keeps them
   * together from step to step, so that none is needed.
   *
   * @defaultValue 0
   */
  readonly binding?: number;
}

/**
 * Tao's extended phase space method for Hamiltonians that need not be separable, order 2. The state is doubled to (q, p) and
 * (x, y), which move under H(q, y) + H(x, p) + w (|q - x|^2 + |p - y|^2)/2, three parts that each have an exact flow:
 *
 *     A  p <- p - h/2 dH/dq(q, y),  x <- x + h/2 dH/dp(q, y)
 *     B  q <- q + h/2 dH/dp(x, p),  y <- y - h/2 dH/dq(x, p)
 *     C  the difference (q - x, p - y) turns by 2 w h
 *
 * in the order A B C B A. So that a step maps states to states, the copies start a displacement (d, -d) apart from the state
 * and end with it added once more, where d is chosen such that they meet (Jayawardana and Ohsawa's symmetric projection): the
 * method then is symmetric and symplectic on the original phase space, which Tao's own, with copies that drift apart, is
 * only on the extended one. The equations for d have half as many unknowns as those of {@link gaussLegendre4}. Times and
 * inputs are those of h/2.
 *
 * Reference: M. Tao, Explicit symplectic approximation of nonseparable Hamiltonians, Phys. Rev. E 94, 043303 (2016);
 * B. Jayawardana and T. Ohsawa, Semiexplicit symplectic integrators for non-separable Hamiltonian systems, Math. Comp. 92,
 * 251 (2023).
 *
 * @throws InputError for a step that is not finite and positive or a binding that is not finite or negative
 */
export function tao({ step, binding = 0, iteration = "newton" }: TaoOptions): Integrator {
  const name = "Tao";
  checkNumber(name, "binding", binding, "not negative");
  return {
    name,
    step: checkStep(name, step),
    order: 2,
    symmetric: true,
    preserves: "symplectic",
    stochastic: false,
    reference:
      "M. Tao, Phys. Rev. E 94, 043303 (2016), with the projection of B. Jayawardana and T. Ohsawa, Math. Comp. 92, 251 (2023)",
    refusal: refusalOf(name, [continuousTime, hamiltonian, unbounded]),
    advance(context) {
      const { first, second } = extendedStep(context, firstStart(context, binding, iteration), binding);
      return combined(first, second, (value, copy) => multiply(1 / 2, add(value, copy)));
    },
    hamiltonianTerms: (context) => extendedStep(context, firstStart(context, binding, iteration), binding).terms,
  };
}

const combined = (
  one: StateExpressions,
  other: StateExpressions,
  combine: (a: Expression, b: Expression) => Expression,
): StateExpressions => new Map([...one].map(([name, value]) => [name, combine(value, other.get(name) as Expression)]));

/** Where the first copy starts, z + d, so that the copies meet at the end of the step; the second starts at z - d. */
function firstStart(context: StepContext, binding: number, iteration: "newton" | "fixed-point"): StateExpressions {
  const { system, state } = context;
  const blocks = system.state;
  const unknown = new Map(blocks.map(({ name, shape }) => [name, symbol(`first start of ${name}`, shape)]));
  const { first, second } = extendedStep(context, unknown, binding);
  // Copies a distance 2 d apart stay so to first order: divided by 4, the equation reads d + small = 0.
  const gap = combined(first, second, (value, copy) => multiply(1 / 4, subtract(value, copy)));
  const displaced = combined(unknown, state, (value, own) => multiply(1 / 2, subtract(value, own)));
  const found = rootOf([...combined(gap, displaced, add).values()], {
    unknowns: [...unknown.values()],
    guesses: blocks.map(({ name }) => state.get(name) as Expression),
    iteration,
  });
  return new Map(blocks.map(({ name }, k) => [name, found[k] as Expression]));
}

/** Both copies after A B C B A, from starts that are as far apart on either side of the state. */
function extendedStep(
  { system, state, step, at }: StepContext,
  start: StateExpressions,
  binding: number,
): { readonly first: StateExpressions; readonly second: StateExpressions; readonly terms: readonly HamiltonianTerm[] } {
  let first = start;
  let second = combined(state, start, (value, displaced) => subtract(multiply(2, value), displaced));
  const terms: HamiltonianTerm[] = [];
  const half = multiply(1 / 2, step);
  const isCoordinate = new Map(system.state.map(({ name, role }) => [name, role === "coordinate"]));

  /** The flow of H at (coordinates of one copy, momenta of the other), which moves the other blocks. */
  function flow(coordinates: StateExpressions, momenta: StateExpressions): void {
    const mixed = new Map(
      [...coordinates].map(([name, value]) => [
        name,
        isCoordinate.get(name) ? value : (momenta.get(name) as Expression),
      ]),
    );
    const rates = at(mixed, 1 / 2, system.field);
    const moved = (copy: StateExpressions, blocks: "coordinates" | "momenta"): StateExpressions =>
      new Map(
        [...copy].map(([name, value]) => {
          const moves = isCoordinate.get(name) === (blocks === "coordinates");
          return [name, moves ? add(value, multiply(half, rates.get(name) as Expression)) : value];
        }),
      );
    terms.push({ part: "whole", weight: 1 / 4, state: mixed, fraction: 1 / 2 });
    if (coordinates === first) [first, second] = [moved(first, "momenta"), moved(second, "coordinates")];
    else [first, second] = [moved(first, "coordinates"), moved(second, "momenta")];
  }

  flow(first, second);
  flow(second, first);
  if (binding > 0) [first, second] = turned(first, second);
  flow(second, first);
  flow(first, second);
  return { first, second, terms };

  /** The difference of the copies turned by 2 w h, pair by pair. */
  function turned(one: StateExpressions, other: StateExpressions): [StateExpressions, StateExpressions] {
    const angle = multiply(2 * binding, step);
    const mean = combined(one, other, (a, b) => multiply(1 / 2, add(a, b)));
    const gap = combined(one, other, (a, b) => multiply(1 / 2, subtract(a, b)));
    const names = system.state.map(({ name }) => name);
    const pairs = names.length / 2;
    const rotated = names.map((name, k): [string, Expression] => {
      const partner = gap.get(names[(k + pairs) % names.length] as string) as Expression;
      const sine = multiply(sin(angle), partner);
      return [name, add(multiply(cos(angle), gap.get(name) as Expression), k < pairs ? sine : negate(sine))];
    });
    const turnedGap = new Map(rotated);
    return [combined(mean, turnedGap, add), combined(mean, turnedGap, subtract)];
  }
}
