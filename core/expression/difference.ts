import { apply, type Expression, isNode, sameShape, topologicalOrder } from "./expression.js";
import {
  add,
  addPrimitive,
  multiply,
  multiplyPrimitive,
  negatePrimitive,
  subtract,
  subtractPrimitive,
} from "./primitives/arithmetic.js";
import { constant, constantValue } from "./primitives/leaves.js";
import { matmul, matmulPrimitive } from "./primitives/matmul.js";
import { reshape, reshapePrimitive } from "./primitives/rearrangement.js";
import { grouped } from "./terms.js";

/** A number times factors; equal products have equal factors in equal order. */
interface Term {
  readonly coefficient: number;
  readonly factors: readonly Expression[];
}

/** Sums of more terms than this are subtracted as they stand. */
const MOST_TERMS = 64;

/**
 * a - b without the terms both have, for expressions linear in `directions`: products are multiplied out, terms compared one
 * by one, and products of different matrices with one vector joined, A v - B v = (A - B) v. So J e - J'e is left with the
 * couplings that act in one direction only, where a plain subtraction would compute all of J twice. Where nothing cancels,
 * the result is `subtract(a, b)`.
 */
export function difference(a: Expression, b: Expression, directions: readonly Expression[]): Expression {
  const expansion = new Expansion([a, b], directions);
  const [left, right] = [expansion.terms(a), expansion.terms(b)];
  const before = left.length + right.length;
  if (before > MOST_TERMS) return subtract(a, b);
  const after = joinProducts(collect([...left, ...right.map((term) => scaled(term, -1))]));
  return after.length === before ? subtract(a, b) : add(constant(0, a.shape), sumOf(after));
}

const scaled = ({ coefficient, factors }: Term, by: number): Term => ({ coefficient: by * coefficient, factors });

const productOf = (factors: readonly Expression[]): Expression =>
  factors.length === 0 ? constant(1) : factors.reduceRight((product, factor) => multiply(factor, product));

const sumOf = (terms: readonly Term[]): Expression =>
  terms
    .map(({ coefficient, factors }) => multiply(coefficient, productOf(factors)))
    .reduce((sum, term) => add(sum, term), constant(0));

const keyOf = (factors: readonly Expression[]): string => factors.map(({ id }) => id).join();

/** Adds the coefficients of equal products. */
function collect(terms: readonly Term[]): Term[] {
  const total = new Map<string, Term>();
  for (const term of terms) {
    const known = total.get(keyOf(term.factors));
    total.set(keyOf(term.factors), { ...term, coefficient: (known?.coefficient ?? 0) + term.coefficient });
  }
  return [...total.values()].filter(({ coefficient }) => coefficient !== 0);
}

/** The parts of a product of a matrix and a vector, which is stored as one of matrices. */
function matrixAndVector(node: Expression | undefined): readonly [matrix: Expression, vector: Expression] | undefined {
  const product = node !== undefined && isNode(node, reshapePrimitive) ? node.operands[0] : undefined;
  if (product === undefined || !isNode(product, matmulPrimitive)) return undefined;
  const [matrix, column] = product.operands as [Expression, Expression];
  return column.shape[1] === 1 ? [matrix, reshape(column, column.shape.slice(0, 1))] : undefined;
}

/** c f (A v) + d f (B v) = f ((c A + d B) v) */
function joinProducts(terms: readonly Term[]): Term[] {
  const groups = grouped(terms, (term) => {
    const [product, others] = splitProduct(term);
    const parts = matrixAndVector(product);
    return parts === undefined ? keyOf(term.factors) : `${parts[0].shape}:${keyOf([parts[1], ...others])}`;
  });
  return groups.map((group) => (group.length === 1 ? (group[0] as Term) : joinedProduct(group)));
}

/** A term's product of a matrix and a vector, if it has one, and its other factors. */
function splitProduct({ factors }: Term): readonly [product: Expression | undefined, others: readonly Expression[]] {
  const product = factors.find((factor) => matrixAndVector(factor) !== undefined);
  return [product, factors.filter((factor) => factor !== product)];
}

function joinedProduct(terms: readonly Term[]): Term {
  const parts = terms.map((term) => {
    const [product, others] = splitProduct(term);
    const [matrix, vector] = matrixAndVector(product) as readonly [Expression, Expression];
    return { others, vector, weighted: multiply(term.coefficient, matrix) };
  });
  const [{ others, vector }] = parts as [(typeof parts)[number]];
  const matrix = parts.map(({ weighted }) => weighted).reduce((sum, each) => add(sum, each));
  return { coefficient: 1, factors: [...others, matmul(matrix, vector)] };
}

/** Multiplies out what depends on the directions. */
class Expansion {
  private readonly dependent = new Set<Expression>();
  private readonly known = new Map<Expression, readonly Term[]>();
  /** Factors are put in the order in which they are first met, which is the same in every run. */
  private readonly met = new Map<Expression, number>();

  constructor(roots: readonly Expression[], directions: readonly Expression[]) {
    const sought = new Set(directions);
    for (const node of topologicalOrder(roots)) {
      if (sought.has(node) || node.operands.some((operand) => this.dependent.has(operand))) this.dependent.add(node);
    }
  }

  terms(node: Expression): readonly Term[] {
    let result = this.known.get(node);
    if (result === undefined) {
      result = this.expand(node);
      this.known.set(node, result);
    }
    return result;
  }

  private expand(node: Expression): readonly Term[] {
    const value = constantValue(node);
    if (value !== undefined && node.shape.length === 0) return [{ coefficient: value, factors: [] }];
    const [a, b] = node.operands as [Expression, Expression];
    const whole = node.operands.every((operand) => sameShape(operand.shape, node.shape));
    if (node.primitive === negatePrimitive) return this.terms(a).map((term) => scaled(term, -1));
    if (
      node.primitive === multiplyPrimitive &&
      [a, b].every(({ shape }) => shape.length === 0 || sameShape(shape, node.shape))
    ) {
      return this.terms(a).flatMap((left) => this.terms(b).map((right) => this.product(left, right)));
    }
    if (!this.dependent.has(node)) return [this.atom(node)];
    if (whole && node.primitive === addPrimitive) return collect([...this.terms(a), ...this.terms(b)]);
    if (whole && node.primitive === subtractPrimitive) {
      return collect([...this.terms(a), ...this.terms(b).map((term) => scaled(term, -1))]);
    }
    const [matrix, vector] = matrixAndVector(node) ?? [];
    if (matrix !== undefined && vector !== undefined && !this.dependent.has(matrix)) {
      const [only, another] = this.terms(vector);
      if (only !== undefined && another === undefined) {
        return [scaled(this.atom(matmul(matrix, productOf(only.factors))), only.coefficient)];
      }
    }
    const operands = node.operands.map((operand) => (this.dependent.has(operand) ? this.canonical(operand) : operand));
    return [this.atom(apply(node.primitive, operands, node.attributes))];
  }

  private canonical(node: Expression): Expression {
    const rebuilt = sumOf(this.terms(node));
    return sameShape(rebuilt.shape, node.shape) ? rebuilt : node;
  }

  private atom(node: Expression): Term {
    if (!this.met.has(node)) this.met.set(node, this.met.size);
    return { coefficient: 1, factors: [node] };
  }

  private product(left: Term, right: Term): Term {
    const order = (factor: Expression): number => this.met.get(factor) as number;
    return {
      coefficient: left.coefficient * right.coefficient,
      factors: [...left.factors, ...right.factors].sort((first, second) => order(first) - order(second)),
    };
  }
}
