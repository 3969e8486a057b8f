import { describe, expect, it } from "vitest";
import { evaluate } from "../compile/interpreter/evaluate.js";
import { RandomStream } from "../random.js";
import { gradient, hessianProduct, jacobianProduct, transposedJacobianProduct } from "./derivatives.js";
import { examples, type PrimitiveExample } from "./examples.testing.js";
import type { Complex, Expression, Primitive } from "./expression.js";
import { sizeOf } from "./expression.js";
import {
  asCompanions,
  basisDirections,
  companion,
  complexStep,
  drawValues,
  gap,
  innerProduct,
  nameOf,
  richardson,
  uniforms,
  type Values,
} from "./oracles.testing.js";
import { multiply } from "./primitives/arithmetic.js";
import { symbol } from "./primitives/leaves.js";
import { sum } from "./primitives/sum.js";
import { primitives } from "./registry.js";
import { batchExpressions, complexify } from "./transform.js";

const DRAWS = 4;
const SIZES = [1, 2, 5];

interface Application {
  readonly node: Expression;
  readonly symbols: readonly Expression[];
  readonly draws: readonly Values[];
  readonly random: RandomStream;
}

function applied({ operands, build, sample }: PrimitiveExample, stream: number): Application {
  const random = new RandomStream(20240607, stream);
  const symbols = operands.map((shape, position) => symbol(`x${position}`, shape));
  const draws = Array.from({ length: DRAWS }, () =>
    Object.fromEntries(
      symbols.map((each, position) => {
        const size = sizeOf(each.shape);
        return [nameOf(each), sample?.(random, position, size) ?? uniforms(random, size, -2, 2)];
      }),
    ),
  );
  return { node: build(...symbols), symbols, draws, random };
}

const isComplex = ({ complex }: Primitive): boolean => typeof complex === "function";

/** Exact derivatives where the primitive has a complex form, differences where it has none. */
function reference(primitive: Primitive, outputs: readonly Expression[], symbols: readonly Expression[]) {
  return isComplex(primitive)
    ? { tangents: complexStep(outputs, symbols), tolerance: 1e-12 }
    : { tangents: richardson(outputs), tolerance: 1e-9 };
}

function checkFirstDerivatives(primitive: Primitive, { node, symbols, draws, random }: Application): void {
  const weight = symbol("w", node.shape);
  const reverse = transposedJacobianProduct([node], [weight], symbols);
  const forward = jacobianProduct(
    [node],
    symbols,
    symbols.map((each) => companion(each)),
  );
  const { tangents, tolerance } = reference(primitive, [node], symbols);
  for (const values of draws) {
    const w = uniforms(random, sizeOf(node.shape));
    const direction = drawValues(random, symbols);
    const gradients = evaluate(reverse, { ...values, w });
    const expected = symbols.map((each) => new Float64Array(sizeOf(each.shape)));
    for (const { name, entry, values: basis } of basisDirections(symbols)) {
      const at = symbols.findIndex((each) => nameOf(each) === name);
      (expected[at] as Float64Array)[entry] = innerProduct([w], tangents(values, basis));
    }
    expect(gap(gradients, expected), "reverse").toBeLessThan(tolerance);
    const moved = evaluate(forward, { ...values, ...asCompanions(direction) });
    expect(gap(moved, tangents(values, direction)), "forward").toBeLessThan(tolerance);
    const directions = symbols.map((each) => direction[nameOf(each)] as Float64Array);
    expect(innerProduct([w], moved)).toBeCloseTo(innerProduct(gradients, directions), 11);
  }
}

function checkSecondDerivatives(primitive: Primitive, { node, symbols, draws, random }: Application): void {
  const scalar = multiply(0.5, sum(multiply(symbol("w", node.shape), multiply(node, node))));
  const gradients = gradient(scalar, symbols);
  const products = hessianProduct(
    scalar,
    symbols,
    symbols.map((each) => companion(each)),
  );
  const { tangents, tolerance } = reference(primitive, gradients, symbols);
  for (const drawn of draws) {
    const values = { ...drawn, w: uniforms(random, sizeOf(node.shape)) };
    const [u, v] = [drawValues(random, symbols), drawValues(random, symbols)];
    const along = (direction: Values): Float64Array[] => evaluate(products, { ...values, ...asCompanions(direction) });
    expect(gap(along(u), tangents(values, u)), "Hessian product").toBeLessThan(tolerance);
    const list = (direction: Values): Float64Array[] => symbols.map((each) => direction[nameOf(each)] as Float64Array);
    const [left, right] = [innerProduct(list(u), along(v)), innerProduct(list(v), along(u))];
    expect(gap([[left]], [[right]]), "symmetry").toBeLessThan(1e-12);
  }
}

/** Every choice of at least one of the symbols. */
function* subsets(symbols: readonly Expression[]): Generator<Expression[]> {
  for (let mask = 1; mask < 2 ** symbols.length; mask++) yield symbols.filter((_, k) => ((mask >> k) & 1) === 1);
}

function checkBatches({ node, symbols, draws }: Application): void {
  for (const size of SIZES) {
    for (const chosen of subsets(symbols)) {
      const isBatched = (position: number): boolean => chosen.includes(symbols[position] as Expression);
      const replacements = new Map(chosen.map((each) => [each, symbol(`${nameOf(each)}*`, [size, ...each.shape])]));
      const [whole] = batchExpressions([node], replacements, size) as [Expression];
      expect(whole.shape).toEqual([size, ...node.shape]);
      const lane = (position: number, trajectory: number): Float64Array =>
        (draws[isBatched(position) ? trajectory % DRAWS : 0] as Values)[`x${position}`] as Float64Array;
      const lanes = Array.from({ length: size }, (_, trajectory) => trajectory);
      const bindings = Object.fromEntries(
        symbols.map((each, position) =>
          isBatched(position)
            ? [`${nameOf(each)}*`, lanes.flatMap((trajectory) => [...lane(position, trajectory)])]
            : [nameOf(each), lane(position, 0)],
        ),
      );
      const members = lanes.flatMap((trajectory) => {
        const values = Object.fromEntries(symbols.map((each, k) => [nameOf(each), lane(k, trajectory)]));
        return [...(evaluate([node], values)[0] as Float64Array)];
      });
      expect(evaluate([whole], bindings), `${size} trajectories of ${chosen.map(nameOf)}`).toEqual([
        Float64Array.from(members),
      ]);
    }
  }
}

/** On the real axis the function itself, off it the Cauchy-Riemann equations, whichever operands are complex. */
function checkComplexForm({ node, symbols, draws, random }: Application): void {
  for (const chosen of subsets(symbols)) {
    const imaginaries = chosen.map((each) => companion(each, "i"));
    const continued = complexify(
      [node],
      new Map<Expression, Complex>(
        chosen.map((each, k) => [each, { real: each, imaginary: imaginaries[k] as Expression }]),
      ),
    )[0] as { real: Expression; imaginary: Expression };
    const parts = [continued.real, continued.imaginary];
    expect(parts.map(({ shape }) => shape)).toEqual([node.shape, node.shape]);
    const directions = chosen.map((each) => companion(each));
    const alongReal = jacobianProduct(parts, chosen, directions);
    const alongImaginary = jacobianProduct(parts, imaginaries, directions);
    for (const values of draws) {
      const zero = Object.fromEntries(imaginaries.map((each) => [nameOf(each), new Float64Array(sizeOf(each.shape))]));
      const plain = evaluate([node], values)[0] as Float64Array;
      expect(gap(evaluate(parts, { ...values, ...zero }), [plain, plain.map(() => 0)]), "real axis").toBeLessThan(
        1e-14,
      );
      const off = Object.fromEntries(
        imaginaries.map((each) => [nameOf(each), uniforms(random, sizeOf(each.shape), -0.4, 0.4)]),
      );
      const bindings = { ...values, ...off, ...asCompanions(drawValues(random, chosen)) };
      const [du, dv] = evaluate(alongReal, bindings) as [Float64Array, Float64Array];
      const expected = [dv.map((entry) => -entry), du];
      expect(gap(evaluate(alongImaginary, bindings), expected), "Cauchy-Riemann").toBeLessThan(1e-12);
    }
  }
}

describe("the table of examples", () => {
  it.each(primitives.map((primitive) => [primitive.name, primitive] as const))("applies %s", (name, primitive) => {
    expect(examples[name]?.length ?? 0).toBeGreaterThan(0);
    (examples[name] ?? []).forEach((example, k) => {
      expect(applied(example, k).node.primitive).toBe(primitive);
    });
  });

  it("names only registered primitives, each once", () => {
    const names = primitives.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(Object.keys(examples).filter((name) => !names.includes(name))).toEqual([]);
  });
});

describe.each(primitives.map((primitive) => [primitive.name, primitive] as const))("%s", (name, primitive) => {
  const applications = (): Application[] => (examples[name] ?? []).map(applied);

  it("has first derivatives in both modes", () => {
    for (const application of applications()) checkFirstDerivatives(primitive, application);
  });

  it("has symmetric second derivatives", () => {
    for (const application of applications()) checkSecondDerivatives(primitive, application);
  });

  it("acts on a batch as on its members", () => {
    for (const application of applications()) checkBatches(application);
  });

  it("continues analytically, or says why not", () => {
    if (typeof primitive.complex === "function")
      for (const application of applications()) checkComplexForm(application);
    else expect(primitive.complex.none.length).toBeGreaterThan(20);
  });
});
