import { apply, type Expression, isNode, type Primitive, sameShape, sizeOf } from "./expression.js";
import {
  addPrimitive,
  dividePrimitive,
  multiplyPrimitive,
  negatePrimitive,
  subtractPrimitive,
} from "./primitives/arithmetic.js";
import { flatReadPrimitive, gather, gatherPrimitive, scatterAddPrimitive } from "./primitives/gather.js";
import { constantValue } from "./primitives/leaves.js";
import { matmulPrimitive } from "./primitives/matmul.js";
import {
  broadcast,
  broadcastPrimitive,
  padPrimitive,
  reshape,
  reshapePrimitive,
  slicePrimitive,
  transpose,
  transposePrimitive,
} from "./primitives/rearrangement.js";
import { shiftPrimitive } from "./primitives/shift.js";
import { sumPrimitive } from "./primitives/sum.js";
import {
  atom,
  collected,
  commonPart,
  type Factor,
  grouped,
  keyOf,
  ONE,
  over,
  plainSum,
  scaled,
  sumKey,
  type Term,
  type Terms,
  times,
} from "./terms.js";

/** Sums of more terms than this are left as they stand. */
const MOST_TERMS = 256;

const LINEAR = new Set<unknown>([
  sumPrimitive,
  transposePrimitive,
  reshapePrimitive,
  slicePrimitive,
  padPrimitive,
  gatherPrimitive,
  scatterAddPrimitive,
  flatReadPrimitive,
  shiftPrimitive,
]);

/**
 * The same expressions in the form in which people write them: signs and numbers in front, equal terms added, common factors
 * and denominators once, (W a) - (W b) as W (a - b). Products of sums are not multiplied out. What may cancel across a sum,
 * such as a nudge, is given as `loose`: it is multiplied into sums, cancelled term by term and collected again.
 *
 * It is for reading: values agree up to rounding wherever both are finite, and nothing is gained in speed.
 *
 * @param loose scalar symbols
 */
export function tidy(outputs: readonly Expression[], loose: readonly Expression[] = []): Expression[] {
  const work = new Tidying(new Set(loose));
  for (const node of operandsFirst(outputs)) work.read(node);
  return outputs.map((output) => work.written(output));
}

/** Operands before what is made of them, in the order in which they are written; that of creation depends on the past. */
function operandsFirst(outputs: readonly Expression[]): Set<Expression> {
  const finished = new Set<Expression>();
  const pending = [...outputs].reverse();
  for (let node = pending.at(-1); node !== undefined; node = pending.at(-1)) {
    const open = finished.has(node) ? [] : node.operands.filter((operand) => !finished.has(operand));
    if (open.length === 0) finished.add(pending.pop() as Expression);
    else pending.push(...open.reverse());
  }
  return finished;
}

/** A matrix product in a term, which may be a product with a vector. */
interface MatrixProduct {
  readonly factor: Expression;
  readonly left: Expression;
  readonly right: Expression;
}

function matrixProduct(factor: Expression): MatrixProduct | undefined {
  const inner = isNode(factor, reshapePrimitive) ? (factor.operands[0] as Expression) : factor;
  if (!isNode(inner, matmulPrimitive)) return undefined;
  const [left, right] = inner.operands as [Expression, Expression];
  return { factor, left, right };
}

/** The transposed of an outer product is one: transpose(outer(a, b)) = outer(b, a). */
function turnedOuterProduct(node: Expression): Expression | undefined {
  const product = node.shape.length === 2 ? matrixProduct(node) : undefined;
  if (product === undefined || product.left.shape[1] !== 1) return undefined;
  return apply(matmulPrimitive, [transpose(product.right), transpose(product.left)], {});
}

class Tidying {
  private readonly known = new Map<Expression, Terms>();
  private readonly rewritten = new Map<Expression, Expression>();
  /** Sums that were factors before, so that a - b is not b - a elsewhere. */
  private readonly orientations = new Map<string, Expression>();

  constructor(private readonly loose: ReadonlySet<Expression>) {}

  /** Takes a node apart; its operands were before it. */
  read(node: Expression): void {
    const terms = collected(this.expand(node));
    this.known.set(node, terms.length > MOST_TERMS ? [atom(this.sumOf(terms))] : terms);
  }

  /** The tidy form of a node that was read. */
  written(node: Expression): Expression {
    let result = this.rewritten.get(node);
    if (result === undefined) {
      result = fitted(this.sumOf(this.terms(node)), node);
      this.rewritten.set(node, result);
    }
    return result;
  }

  private terms(node: Expression): Terms {
    return this.known.get(node) as Terms;
  }

  private expand(node: Expression): Terms {
    const value = constantValue(node);
    if (value !== undefined && Number.isFinite(value)) return [{ coefficient: value, factors: [] }];
    const [a, b] = node.operands as [Expression, Expression];
    switch (node.primitive) {
      case addPrimitive:
        return [...this.terms(a), ...this.terms(b)];
      case subtractPrimitive:
        return [...this.terms(a), ...this.terms(b).map((term) => scaled(term, -1))];
      case negatePrimitive:
        return this.terms(a).map((term) => scaled(term, -1));
      case multiplyPrimitive:
        return this.product(this.terms(a), this.terms(b));
      case dividePrimitive: {
        const divisor = this.single(this.terms(b));
        return divisor.coefficient === 0 ? [this.opaque(node)] : this.product(this.terms(a), [over(ONE, divisor)]);
      }
      case broadcastPrimitive:
        return this.terms(a);
      case matmulPrimitive as Primitive:
        return this.parts(this.terms(a)).flatMap((left) =>
          this.parts(this.terms(b)).map((right) =>
            times(
              times(left.outside, right.outside),
              atom(
                apply(matmulPrimitive, [fitted(this.sumOf(left.inside), a), fitted(this.sumOf(right.inside), b)], {}),
              ),
            ),
          ),
        );
    }
    if (sizeOf(node.shape) === 1 && node.primitive === (reshapePrimitive as Primitive) && a.shape.length === 0) {
      return this.terms(a);
    }
    if (LINEAR.has(node.primitive)) {
      return this.parts(this.terms(a)).map(({ outside, inside }) => {
        const operand = fitted(this.sumOf(inside), a);
        return times(outside, this.applied(node, operand));
      });
    }
    return [this.opaque(node)];
  }

  private opaque(node: Expression): Term {
    if (node.operands.length === 0) return atom(node);
    return atom(
      apply(
        node.primitive,
        node.operands.map((operand) => this.written(operand)),
        node.attributes,
      ),
    );
  }

  /** A linear operation of a tidy operand. */
  private applied(node: Expression, operand: Expression): Term {
    if (node.primitive === (transposePrimitive as Primitive)) {
      const turned = turnedOuterProduct(operand);
      if (turned !== undefined) return atom(turned);
    }
    if (isNode(node, flatReadPrimitive)) {
      const { table } = node.attributes;
      const plain = operand.shape.length === 1 && node.shape.length === 1 && table.every((index) => index >= 0);
      if (plain) return atom(gather(operand, table));
    }
    return atom(apply(node.primitive, [operand], node.attributes));
  }

  private product(left: Terms, right: Terms): Terms {
    if (left.length === 0 || right.length === 0) return [];
    const [first, second] = [left[0], right[0]] as [Term, Term];
    if (left.length === 1 && this.isLoose(first)) return right.map((term) => times(first, term));
    if (right.length === 1 && this.isLoose(second)) return left.map((term) => times(term, second));
    return this.looseGroups(left).flatMap((one) =>
      this.looseGroups(right).map((other) => times(this.single(one), this.single(other))),
    );
  }

  /** A sign, or a product of loose factors. */
  private isLoose({ coefficient, factors }: Term): boolean {
    return factors.length === 0 ? Math.abs(coefficient) === 1 : factors.every(({ base }) => this.loose.has(base));
  }

  /** The terms of a sum that have the same loose factors. */
  private looseGroups(terms: Terms): Terms[] {
    return grouped(terms, (term) => keyOf(this.looseFactors(term)));
  }

  /** A sum as one product: what its terms have in common times the sum of what is left. */
  private single(terms: Terms): Term {
    if (terms.length <= 1) return terms[0] ?? { coefficient: 0, factors: [] };
    const { common, rest } = commonPart(terms, true);
    const turned = this.orientations.get(sumKey(rest.map((term) => scaled(term, -1))));
    if (turned !== undefined) return scaled(times(common, atom(turned)), -1);
    const sum = this.orientations.get(sumKey(rest)) ?? this.sumOf(rest);
    this.orientations.set(sumKey(rest), sum);
    return times(common, atom(sum));
  }

  /** The loose factors and numbers of a sum outside, the rest inside: one part for each product of loose factors. */
  private parts(terms: Terms): { readonly outside: Term; readonly inside: Terms }[] {
    return this.looseGroups(terms).map((group) => {
      const { coefficient } = group.length === 1 ? (group[0] as Term) : this.single(group);
      const outside = { coefficient, factors: this.looseFactors(group[0] as Term) };
      return { outside, inside: group.map((term) => over(term, outside)) };
    });
  }

  private looseFactors({ factors }: Term): readonly Factor[] {
    return factors.filter(({ base }) => this.loose.has(base));
  }

  /** Writes a sum, with terms of equal loose factors in one bracket. */
  private sumOf(terms: Terms): Expression {
    const groups = this.looseGroups(collected(terms));
    const written = groups.flatMap((group): Terms => {
      const joined = joinedProducts(joinedProducts(group, "right"), "left");
      if (joined.length === 1) return joined;
      const { common, rest } = commonPart(joined, false);
      const plain = common.factors.length === 0 && Math.abs(common.coefficient) === 1;
      const allNegative = joined.every(({ coefficient }) => coefficient < 0);
      if (plain && !(allNegative && groups.length > 1)) return joined;
      return [times(common, atom(plainSum(rest)))];
    });
    return plainSum(written);
  }
}

/** A sum in the shape of a node that it stands for. */
function fitted(sum: Expression, { shape }: Expression): Expression {
  if (sameShape(sum.shape, shape)) return sum;
  return sizeOf(shape) === sizeOf(sum.shape) ? reshape(sum, shape) : broadcast(sum, shape);
}

/** c A v + d B v = (c A + d B) v, or A v + A w = A (v + w), where all else in the terms is equal. */
function joinedProducts(terms: Terms, shared: "left" | "right"): Terms {
  const split = terms.map((term) => {
    const products = term.factors.flatMap(({ base, exponent }) => (exponent === 1 ? (matrixProduct(base) ?? []) : []));
    const product = products.length === 1 ? products[0] : undefined;
    const others = term.factors.filter(({ base }) => base !== product?.factor);
    return { term, product, others };
  });
  const groups = grouped(split, ({ term, product, others }) =>
    product === undefined ? keyOf(term.factors) : `${product.factor.shape}|${product[shared].id}|${keyOf(others)}`,
  );
  return groups.map((group) => {
    const [first] = group as [(typeof group)[number]];
    if (group.length === 1 || first.product === undefined) return first.term;
    const varied = shared === "left" ? "right" : "left";
    const matrices = group.map(({ product }) => (product as MatrixProduct)[varied]);
    const vectors = matrices.every((matrix) => isNode(matrix, reshapePrimitive));
    const sum = group.map(({ term }, k) => {
      const matrix = matrices[k] as Expression;
      return scaled(atom(vectors ? (matrix.operands[0] as Expression) : matrix), term.coefficient);
    });
    const { common, rest } = commonPart(sum, false);
    const own = first.product[shared];
    const inner = fitted(plainSum(rest), matrices[0] as Expression);
    const operands = shared === "left" ? [own, inner] : [inner, own];
    const product = fitted(apply(matmulPrimitive, operands, {}), first.product.factor);
    return times({ coefficient: 1, factors: first.others }, times(common, atom(product)));
  });
}
