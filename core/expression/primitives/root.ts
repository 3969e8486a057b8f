import { interpreter } from "../../compile/interpreter/interpreter.js";
import { jacobianProduct, transposedJacobianProduct } from "../derivatives.js";
import {
  type Attributes,
  apply,
  type Expression,
  type GraphCompiler,
  isNode,
  type Primitive,
  type Shape,
  ShapeError,
  sameShape,
  sizeOf,
  topologicalOrder,
} from "../expression.js";
import { jacobianMatrix } from "../jacobian-matrix.js";
import { batchExpressions, substitute } from "../transform.js";
import { negate, subtract } from "./arithmetic.js";
import { concatenate } from "./concatenate.js";
import { constantPrimitive, symbol } from "./leaves.js";
import { broadcast, reshape, slice, transpose } from "./rearrangement.js";
import { type RootEquations, type RootFinder, type RootIteration, rootFinder } from "./root-finder.js";
import { solve } from "./solve.js";
import { sum } from "./sum.js";

interface RootAttributes extends Attributes {
  readonly equations: RootEquations;
  /** Which operands (the guess, then the arguments) carry a leading trajectory axis. */
  readonly batched: readonly boolean[];
  /** The extent of that axis, which the result has too; `undefined` without one. */
  readonly trajectories: number | undefined;
}

/** The largest subexpressions that do not depend on the unknown: they are computed once, before the iteration. */
function argumentsOf(residual: Expression, unknown: Expression): Expression[] {
  const depends = new Set<Expression>([unknown]);
  const found = new Set<Expression>();
  for (const node of topologicalOrder([residual])) {
    if (!node.operands.some((operand) => depends.has(operand))) continue;
    depends.add(node);
    for (const operand of node.operands) {
      if (!depends.has(operand) && !isNode(operand, constantPrimitive)) found.add(operand);
    }
  }
  return [...found];
}

/** The root u of r(u) = 0 as a node; the symbol `unknown` stands for u in the residual r. */
function rootNode(residual: Expression, unknown: Expression, guess: Expression, iteration: RootIteration): Expression {
  const outside = argumentsOf(residual, unknown);
  const own = symbol("unknown", unknown.shape);
  const given = outside.map(({ shape }, k) => symbol(`given ${k}`, shape));
  const names = new Map(outside.map((node, k) => [node, given[k] as Expression]));
  const [closed] = substitute([residual], names.set(unknown, own)) as [Expression];
  const matrix = iteration === "newton" ? jacobianMatrix([closed], [own]) : undefined;
  const operands = [guess, ...outside];
  return apply(rootPrimitive, operands, {
    equations: { unknown: own, given, residual: closed, matrix },
    batched: operands.map(() => false),
    trajectories: undefined,
  });
}

/** x with (dr/du) x = b, or with the transpose of dr/du, by the same means as the root. */
function linearSolution(equations: RootEquations, right: Expression, transposed: boolean): Expression {
  const { unknown, residual, matrix } = equations;
  if (matrix !== undefined) return solve(transposed ? transpose(matrix, [1, 0]) : matrix, right);
  const along = symbol("along", unknown.shape);
  const [image] = transposed
    ? transposedJacobianProduct([residual], [along], [unknown])
    : jacobianProduct([residual], [unknown], [along]);
  return rootNode(subtract(image as Expression, right), along, right, "fixed-point");
}

/** A symbol, what replaces it, and whether that has one value per trajectory. */
type Replacement = readonly [from: Expression, to: Expression, own: boolean];

/** Formulas over the symbols of the equations, at the operands of a node and for all its trajectories. */
function atNode(
  node: Expression<RootAttributes>,
  formulas: readonly Expression[],
  more: readonly Replacement[],
): Expression[] {
  const { equations, batched, trajectories } = node.attributes;
  const all: readonly Replacement[] = [
    [equations.unknown, node, trajectories !== undefined],
    ...equations.given.map((each, k) => [each, node.operands[k + 1] as Expression, batched[k + 1] as boolean] as const),
    ...more,
  ];
  const [shared, own] = [all.filter(([, , lanes]) => !lanes), all.filter(([, , lanes]) => lanes)];
  if (trajectories === undefined) return substitute(formulas, new Map(shared.map(([from, to]) => [from, to])));
  // Shared operands come last: what they hold must not be taken for symbols of the equations.
  const places = shared.map(([, to], k) => symbol(`shared ${k}`, to.shape));
  const closed = substitute(formulas, new Map(shared.map(([from], k) => [from, places[k] as Expression])));
  const whole = batchExpressions(closed, new Map(own.map(([from, to]) => [from, to])), trajectories);
  return substitute(whole, new Map(shared.map(([, to], k) => [places[k] as Expression, to])));
}

/** Root finders by the compiler that made them, so that the buffers of one backend are its own. */
const finders = new WeakMap<GraphCompiler, WeakMap<RootEquations, RootFinder>>();

const interpreted: GraphCompiler = (outputs) => interpreter.compileFunction({ outputs });

function finderOf(equations: RootEquations, compile: GraphCompiler): RootFinder {
  const known = finders.get(compile) ?? new WeakMap<RootEquations, RootFinder>();
  finders.set(compile, known);
  const finder = known.get(equations) ?? rootFinder(equations, compile);
  known.set(equations, finder);
  return finder;
}

/** An operand of a node that had `inner` trajectories, over `size` such nodes: [size * inner, ...own]. */
function merged(expression: Expression, own: Shape, outer: boolean, size: number, inner: number): Expression {
  const aligned = outer && expression.shape.length === own.length + 1 ? [size, 1, ...own] : expression.shape;
  return reshape(broadcast(reshape(expression, aligned), [size, inner, ...own]), [size * inner, ...own]);
}

/**
 * The root u of equations r(u, a) = 0: a vector that is found by iteration. Operands: the guess where the iteration starts,
 * then the arguments a. Derivatives follow from the equations at the root (implicit function theorem) and do not depend on
 * the guess or the iteration. Each trajectory of a batch iterates by itself. Where no root is found the value is NaN.
 */
export const rootPrimitive: Primitive<RootAttributes> = {
  name: "root",
  shape: (_operands, { equations, trajectories }) => [
    ...(trajectories === undefined ? [] : [trajectories]),
    ...equations.unknown.shape,
  ],
  evaluate({ node, operands, out, compile = interpreted }) {
    const { equations, batched, trajectories = 1 } = node.attributes;
    const finder = finderOf(equations, compile);
    const buffers = [finder.found, ...finder.given];
    for (let lane = 0; lane < trajectories; lane++) {
      buffers.forEach((buffer, k) => {
        const start = batched[k] ? lane * buffer.length : 0;
        buffer.set((operands[k] as Float64Array).subarray(start, start + buffer.length));
      });
      finder.run();
      out.set(finder.found, lane * finder.found.length);
    }
  },
  pushforward(node, [, ...tangents]) {
    const { equations, batched } = node.attributes;
    const moving = equations.given.flatMap((given, k) => {
      const tangent = tangents[k];
      if (tangent === undefined) return [];
      return [{ given, direction: symbol(`direction ${k}`, given.shape), tangent, own: batched[k + 1] as boolean }];
    });
    if (moving.length === 0) return undefined;
    const directions = moving.map(({ direction }) => direction);
    const [moved] = jacobianProduct(
      [equations.residual],
      moving.map(({ given }) => given),
      directions,
    );
    const formula = linearSolution(equations, negate(moved as Expression), false);
    return atNode(
      node,
      [formula],
      moving.map(({ direction, tangent, own }) => [direction, tangent, own]),
    )[0];
  },
  pullback(node, cotangent) {
    const { equations, batched, trajectories } = node.attributes;
    const weight = symbol("weight", equations.unknown.shape);
    const adjoint = negate(linearSolution(equations, weight, true));
    const formulas = transposedJacobianProduct([equations.residual], [adjoint], equations.given);
    const products = atNode(node, formulas, [[weight, cotangent, trajectories !== undefined]]);
    const shared = (k: number): boolean => trajectories !== undefined && !batched[k + 1];
    return [undefined, ...products.map((product, k) => (shared(k) ? sum(product, [0]) : product))];
  },
  complex: { none: "roots are looked for among real numbers" },
  batch(node, operands, size) {
    const { batched, trajectories } = node.attributes;
    if (trajectories === undefined) {
      const whole = operands.map(({ expression }) => expression);
      const own = operands.map((operand) => operand.batched);
      return apply(rootPrimitive, whole, { ...node.attributes, batched: own, trajectories: size });
    }
    const own = operands.map((operand, k) => operand.batched || (batched[k] as boolean));
    const whole = operands.map((operand, k) => {
      if (!own[k]) return operand.expression;
      const { shape } = node.operands[k] as Expression;
      return merged(operand.expression, batched[k] ? shape.slice(1) : shape, operand.batched, size, trajectories);
    });
    const all = apply(rootPrimitive, whole, { ...node.attributes, batched: own, trajectories: size * trajectories });
    return reshape(all, [size, ...node.shape]);
  },
  key: ({ equations: { residual, matrix }, batched, trajectories }) =>
    `${residual.id}:${matrix === undefined ? "fixed-point" : "newton"}:${batched.map(Number).join("")}:${trajectories ?? ""}`,
};

/** Options of {@link rootOf}. */
export interface RootOptions {
  /** Symbols that stand for the unknowns in the equations; no other expression may hold symbols of these names. */
  readonly unknowns: readonly Expression[];
  /** Where the iteration starts, one per unknown. */
  readonly guesses: readonly Expression[];
  /**
   * Newton's method with a dense Jacobian, or u <- u - r(u).
   *
   * @defaultValue "newton"
   */
  readonly iteration?: RootIteration;
}

/**
 * The unknowns for which all residuals vanish, to rounding: an equation inside a program. One residual per unknown, of its
 * shape. Derivatives are those of the root; a root that is not found is NaN.
 *
 * @throws ShapeError where residuals and guesses do not have the shapes of the unknowns
 */
export function rootOf(
  residuals: readonly Expression[],
  { unknowns, guesses, iteration = "newton" }: RootOptions,
): Expression[] {
  const fits = [residuals, guesses].every(
    (list) =>
      list.length === unknowns.length &&
      list.every(({ shape }, k) => sameShape(shape, (unknowns[k] as Expression).shape)),
  );
  if (!fits) throw new ShapeError("rootOf: expects one residual and one guess per unknown, of its shape");
  const flat = (parts: readonly Expression[]): Expression =>
    concatenate(parts.map((part) => reshape(part, [sizeOf(part.shape)])));
  const split = (whole: Expression): Expression[] => {
    let end = 0;
    return unknowns.map(({ shape }) => {
      const start = end;
      end += sizeOf(shape);
      return reshape(slice(whole, 0, start, end), shape);
    });
  };
  const unknown = symbol("all unknowns", [unknowns.reduce((total, { shape }) => total + sizeOf(shape), 0)]);
  const parts = split(unknown);
  const joined = substitute([flat(residuals)], new Map(unknowns.map((each, k) => [each, parts[k] as Expression])));
  return split(rootNode(joined[0] as Expression, unknown, flat(guesses), iteration));
}
