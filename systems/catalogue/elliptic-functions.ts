/** The arithmetic-geometric mean. */
export function arithmeticGeometricMean(a: number, b: number): number {
  for (let previous = Number.POSITIVE_INFINITY; Math.abs(a - b) < previous; ) {
    previous = Math.abs(a - b);
    [a, b] = [(a + b) / 2, Math.sqrt(a * b)];
  }
  return a;
}

/** One step of Gauss's transformation: the means a and b before it, half their difference c after it. */
interface Means {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** From 1 and sqrt(1 - m) to their arithmetic-geometric mean. */
function meansOf(m: number): Means[] {
  const steps: Means[] = [{ a: 1, b: Math.sqrt(1 - m), c: Math.sqrt(m) }];
  for (let last = steps[0] as Means; last.c > Number.EPSILON * last.a; steps.push(last)) {
    last = { a: (last.a + last.b) / 2, b: Math.sqrt(last.a * last.b), c: (last.a - last.b) / 2 };
  }
  return steps;
}

/** The complete elliptic integral of the first kind K(m), 0 <= m < 1, with the parameter m = k^2. */
export const completeEllipticIntegral = (m: number): number =>
  Math.PI / (2 * arithmeticGeometricMean(1, Math.sqrt(1 - m)));

/**
 * The elliptic integral of the first kind F(phi | m), the integral of 1 / sqrt(1 - m sin^2) from 0 to phi, 0 <= m < 1
 * (Abramowitz and Stegun 1964, 17.6).
 */
export function ellipticIntegral(phi: number, m: number): number {
  const steps = meansOf(m);
  let angle = phi;
  for (const { a, b } of steps.slice(0, -1)) {
    // The arctangent on the branch of the angle itself, from which it is less than pi / 2 away.
    const principal = Math.atan((b / a) * Math.tan(angle));
    angle += principal + Math.PI * Math.round((angle - principal) / Math.PI);
  }
  return angle / (2 ** (steps.length - 1) * (steps.at(-1) as Means).a);
}

/** The functions sn, cn and dn of Jacobi at u, with the parameter m = k^2, 0 <= m < 1 (Abramowitz and Stegun 1964, 16.4). */
export function jacobiElliptic(
  u: number,
  m: number,
): { readonly sn: number; readonly cn: number; readonly dn: number } {
  const steps = meansOf(m);
  let phi = 2 ** (steps.length - 1) * (steps.at(-1) as Means).a * u;
  for (const { a, c } of steps.slice(1).reverse()) phi = (phi + Math.asin((c / a) * Math.sin(phi))) / 2;
  const [sn, cn] = [Math.sin(phi), Math.cos(phi)];
  return { sn, cn, dn: Math.sqrt(cn ** 2 + (1 - m) * sn ** 2) };
}
