import type { Expression } from "./expression.js";
import { add, divide, multiply, negate, power, subtract } from "./primitives/arithmetic.js";
import { constant } from "./primitives/leaves.js";

/** A whole power of something that is not taken apart further. */
export interface Factor {
  readonly base: Expression;
  readonly exponent: number;
}

/** A number times powers; where shapes differ, entries are repeated as NumPy does. */
export interface Term {
  readonly coefficient: number;
  readonly factors: readonly Factor[];
}

/** A sum. */
export type Terms = readonly Term[];

/** An expression as a term. */
export const atom = (base: Expression): Term => ({ coefficient: 1, factors: [{ base, exponent: 1 }] });

/** A term times a number. */
export const scaled = ({ coefficient, factors }: Term, by: number): Term => ({
  coefficient: coefficient * by,
  factors,
});

/** The product of two terms. */
export function times(left: Term, right: Term): Term {
  const exponents = new Map<Expression, number>();
  for (const { base, exponent } of [...left.factors, ...right.factors]) {
    exponents.set(base, (exponents.get(base) ?? 0) + exponent);
  }
  return {
    coefficient: left.coefficient * right.coefficient,
    factors: [...exponents].flatMap(([base, exponent]) => (exponent === 0 ? [] : [{ base, exponent }])),
  };
}

/** left / right */
export function over(left: Term, { coefficient, factors }: Term): Term {
  const inverted = factors.map(({ base, exponent }) => ({ base, exponent: -exponent }));
  return { ...times(left, { coefficient: 1, factors: inverted }), coefficient: left.coefficient / coefficient };
}

/** The empty product. */
export const ONE: Term = { coefficient: 1, factors: [] };

/** Equal for equal products. */
export const keyOf = (factors: readonly Factor[]): string =>
  factors
    .map(({ base, exponent }) => `${base.id}^${exponent}`)
    .sort()
    .join();

/** Equal for equal sums. */
export const sumKey = (terms: Terms): string =>
  terms
    .map(({ coefficient, factors }) => `${coefficient}*${keyOf(factors)}`)
    .sort()
    .join("+");

/** Adds equal products. */
export function collected(terms: Terms): Term[] {
  const known = new Map<string, Term>();
  for (const term of terms) {
    const key = keyOf(term.factors);
    known.set(key, { ...term, coefficient: (known.get(key)?.coefficient ?? 0) + term.coefficient });
  }
  return [...known.values()].filter(({ coefficient }) => coefficient !== 0);
}

/** Values of one key together, in the order in which the keys first occur. */
export function grouped<K, V>(values: readonly V[], keyed: (value: V) => K): V[][] {
  const groups = new Map<K, V[]>();
  for (const value of values) {
    const key = keyed(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return [...groups.values()];
}

/**
 * What all terms have in common, with the sign of the first, and the rest. Of numbers that are not all alike, a fraction
 * they are multiples of is taken out where `fractions` says so: u^2/2 - 1/4 is (2 u^2 - 1)/4.
 */
export function commonPart(terms: Terms, fractions: boolean): { readonly common: Term; readonly rest: Terms } {
  const [first, ...others] = terms as readonly [Term, ...Term[]];
  const exponentIn = (term: Term, base: Expression): number =>
    term.factors.find((factor) => factor.base === base)?.exponent ?? 0;
  const factors = first.factors.flatMap(({ base, exponent }) => {
    const exponents = [exponent, ...others.map((term) => exponentIn(term, base))];
    const shared = exponents.every((each) => each > 0)
      ? Math.min(...exponents)
      : exponents.every((each) => each < 0)
        ? Math.max(...exponents)
        : 0;
    return shared === 0 ? [] : [{ base, exponent: shared }];
  });
  const sizes = terms.map(({ coefficient }) => Math.abs(coefficient));
  const least = Math.min(...sizes);
  const whole =
    fractions && Number.isInteger(Math.log2(least)) && sizes.every((size) => Number.isInteger(size / least));
  const shared = whole || sizes.every((size) => size === least) ? least : 1;
  const common = { coefficient: Math.sign(first.coefficient) * shared, factors };
  return { common, rest: terms.map((term) => over(term, common)) };
}

/** Terms one after another, those with a plus first. */
export function plainSum(terms: Terms): Expression {
  const ahead = terms.filter(({ coefficient }) => coefficient > 0);
  const behind = terms.filter(({ coefficient }) => !(coefficient > 0));
  const [first, ...rest] = [...ahead, ...behind];
  if (first === undefined) return constant(0);
  return rest.reduce(
    (sum, term) => (term.coefficient > 0 ? add(sum, written(term)) : subtract(sum, written(scaled(term, -1)))),
    written(first),
  );
}

/** A product as a fraction, with numbers in front. */
function written({ coefficient, factors }: Term): Expression {
  if (coefficient < 0 && Number.isInteger(Math.log2(-coefficient)) && coefficient >= -1) {
    return negate(written({ coefficient: -coefficient, factors }));
  }
  const divisor = 1 / coefficient;
  const below = divisor > 1 && Number.isInteger(Math.log2(divisor));
  const scalarsFirst = [...factors].sort((a, b) => Number(a.base.shape.length > 0) - Number(b.base.shape.length > 0));
  const product = (first: number, side: 1 | -1): Expression => {
    const powers = scalarsFirst.flatMap(({ base, exponent }) =>
      exponent * side > 0 ? power(base, exponent * side) : [],
    );
    const all = first === 1 && powers.length > 0 ? powers : [constant(first), ...powers];
    return all.reduce((left, right) => multiply(left, right));
  };
  const numerator = product(below ? 1 : coefficient, 1);
  return divide(numerator, product(below ? divisor : 1, -1));
}
