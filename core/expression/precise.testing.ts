/**
 * Exponential and logarithm in fixed point of 1300 binary digits after the point, by BigInt: enough for e^-800 to 140 bits.
 * A reference for functions whose plain formulas overflow or cancel.
 */
export type Precise = bigint;

const DIGITS = 1300;
export const ONE: Precise = 1n << BigInt(DIGITS);

/** Exactly the number; it must be a multiple of 2^-1300. */
export function precise(value: number): Precise {
  let scaled = value;
  let shift = 0;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    shift++;
  }
  return BigInt(scaled) << BigInt(DIGITS - shift);
}

/** The nearest number, to two units in the last place. */
export function rounded(value: Precise): number {
  const magnitude = value < 0n ? -value : value;
  const excess = Math.max(magnitude.toString(2).length - 64, 0);
  const number =
    Number(magnitude >> BigInt(excess)) *
    2 ** Math.max(excess - DIGITS, -1000) *
    2 ** Math.min(excess - DIGITS + 1000, 0);
  return value < 0n ? -number : number;
}

export const times = (a: Precise, b: Precise): Precise => (a * b) >> BigInt(DIGITS);
export const over = (a: Precise, b: Precise): Precise => (a << BigInt(DIGITS)) / b;

/** e^a by halving the argument, the Taylor series, and squaring. */
export function preciseExp(a: Precise): Precise {
  if (a < 0n) return over(ONE, preciseExp(-a));
  const halvings = 40;
  const small = a >> BigInt(halvings);
  let term = ONE;
  let total = ONE;
  for (let k = 1n; term > 0n; k++) {
    term = times(term, small) / k;
    total += term;
  }
  for (let k = 0; k < halvings; k++) total = times(total, total);
  return total;
}

/** log a for a > 0 by Halley's method on the exponential; each round triples the digits. */
export function preciseLog(a: Precise): Precise {
  const bits = a.toString(2).length - DIGITS;
  let guess = precise(Math.fround(bits * Math.LN2));
  for (let round = 0; round < 9; round++) {
    const value = preciseExp(guess);
    guess += (2n * (a - value) * ONE) / (a + value);
  }
  return guess;
}
