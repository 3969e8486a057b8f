import { gradient } from "../core/expression/derivatives.js";
import { type Expression, sizeOf } from "../core/expression/expression.js";
import { jacobianMatrix } from "../core/expression/jacobian-matrix.js";
import { add, multiply, negate, subtract } from "../core/expression/primitives/arithmetic.js";
import { concatenate } from "../core/expression/primitives/concatenate.js";
import { constant, constantValue } from "../core/expression/primitives/leaves.js";
import { matmul } from "../core/expression/primitives/matmul.js";
import { pad, reshape, slice } from "../core/expression/primitives/rearrangement.js";
import { solve } from "../core/expression/primitives/solve.js";
import { substitute } from "../core/expression/transform.js";
import { hamiltonianPart } from "../core/hamiltonian-parts.js";
import type { StateExpressions, StepContext } from "../core/integrator.js";
import type { DynamicalSystem } from "../core/system.js";
import { coordinatesOf, momentaOf } from "./requirements.js";

/**
 * One step of the linear part of a Hamiltonian system, dz/dt = L z + c: exact, or by the midpoint rule. L is taken at the
 * middle of the step; where it depends on parameters alone the propagator is computed once per run.
 */
export function linearFlow(
  { system, step, at }: StepContext,
  state: StateExpressions,
  kind: "exact" | "midpoint",
): StateExpressions {
  const blocks = system.state;
  const flat = (parts: readonly Expression[]): Expression =>
    concatenate(parts.map((part) => reshape(part, [sizeOf(part.shape)])));
  const { matrix, constantPart } = linearPart(system);
  const values = at(state, 1 / 2, new Map([["generator", augmented(matrix, flat(constantPart))]]));
  const generator = multiply(step, values.get("generator") as Expression);
  const propagator = kind === "exact" ? exponential(generator) : cayley(generator);
  const before = flat(blocks.map(({ name }) => state.get(name) as Expression));
  const size = before.shape[0] as number;
  const affine = (generator.shape[0] as number) > size;
  const after = matmul(propagator, affine ? concatenate([before, constant(1, [1])]) : before);
  let end = 0;
  return new Map(
    blocks.map(({ name, shape }) => {
      const start = end;
      end += sizeOf(shape);
      return [name, reshape(slice(after, 0, start, end), shape)];
    }),
  );
}

/** L and c of the quadratic part, whose field is J dH/dz = L z + c. */
function linearPart(system: DynamicalSystem): { readonly matrix: Expression; readonly constantPart: Expression[] } {
  const quadratic = hamiltonianPart(system, "linear");
  const [coordinates, momenta] = [coordinatesOf(system), momentaOf(system)];
  const state = system.state.map(({ symbol }) => symbol);
  const rates = new Map<Expression, Expression>();
  gradient(quadratic, momenta).forEach((rate, k) => {
    rates.set(coordinates[k] as Expression, rate);
  });
  gradient(quadratic, coordinates).forEach((slope, k) => {
    rates.set(momenta[k] as Expression, negate(slope));
  });
  const field = state.map((each) => rates.get(each) as Expression);
  const zero = new Map(state.map((each) => [each, constant(0, each.shape)]));
  return { matrix: jacobianMatrix(field, state), constantPart: substitute(field, zero) };
}

/** The generator of (z, 1), or L itself where c vanishes. */
function augmented(matrix: Expression, constantPart: Expression): Expression {
  if (constantValue(constantPart) === 0) return matrix;
  const size = matrix.shape[0] as number;
  return add(pad(pad(matrix, 0, 0, 1), 1, 0, 1), pad(pad(reshape(constantPart, [size, 1]), 0, 0, 1), 1, size, 0));
}

const identity = (size: number): Expression =>
  constant(
    Float64Array.from({ length: size * size }, (_, k) => Number(k % (size + 1) === 0)),
    [size, size],
  );

/** (1 - X/2)^-1 (1 + X/2): symplectic where X generates a symplectic flow. */
function cayley(generator: Expression): Expression {
  const one = identity(generator.shape[0] as number);
  const half = multiply(1 / 2, generator);
  return solve(subtract(one, half), add(one, half));
}

/** Squarings of the exponential: exact to rounding for step sizes times rates up to 5 * 2^SQUARINGS, beyond that less. */
const SQUARINGS = 2;
/** Coefficients of the diagonal Pade approximant of degree 13, which is symplectic where its argument is Hamiltonian. */
const PADE = [
  64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600,
  670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1,
] as const;

/** exp(X) by scaling and squaring (N. J. Higham, SIAM J. Matrix Anal. Appl. 26, 1179 (2005)). */
function exponential(generator: Expression): Expression {
  const one = identity(generator.shape[0] as number);
  const scaled = multiply(2 ** -SQUARINGS, generator);
  const squared = matmul(scaled, scaled);
  const fourth = matmul(squared, squared);
  const sixth = matmul(fourth, squared);
  const combined = (from: number, powers: readonly Expression[]): Expression =>
    powers.map((power, k) => multiply((PADE[from + 2 * k] as number) / PADE[0], power)).reduce(add);
  const halves = [0, 1].map((parity) =>
    add(combined(parity, [one, squared, fourth, sixth]), matmul(sixth, combined(8 + parity, [squared, fourth, sixth]))),
  ) as [Expression, Expression];
  const [even, odd] = [halves[0], matmul(scaled, halves[1])];
  let result = solve(subtract(even, odd), add(even, odd));
  for (let count = 0; count < SQUARINGS; count++) result = matmul(result, result);
  return result;
}
