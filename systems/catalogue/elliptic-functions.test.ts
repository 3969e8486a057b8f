import { describe, expect, it } from "vitest";
import {
  arithmeticGeometricMean,
  completeEllipticIntegral,
  ellipticIntegral,
  jacobiElliptic,
} from "./elliptic-functions.js";

/** Simpson's rule on many intervals. */
function integral(f: (x: number) => number, end: number): number {
  const intervals = 2000;
  const h = end / intervals;
  let sum = f(0) + f(end);
  for (let k = 1; k < intervals; k++) sum += (k % 2 === 1 ? 4 : 2) * f(k * h);
  return (sum * h) / 3;
}

const PARAMETERS = [0, 0.1, 0.5, 0.9, 0.999];

describe("elliptic functions", () => {
  it("have the values of tables (Abramowitz and Stegun 1964, 16 and 17)", () => {
    expect(arithmeticGeometricMean(1, Math.SQRT1_2)).toBeCloseTo(0.8472130847939792, 15);
    expect(completeEllipticIntegral(0.5)).toBeCloseTo(1.854074677301372, 14);
    expect(completeEllipticIntegral(0)).toBeCloseTo(Math.PI / 2, 15);
    // At half of the quarter period, for k^2 = 1/2, dn^2 is the modulus of the complement.
    const { sn, cn, dn } = jacobiElliptic(completeEllipticIntegral(0.5) / 2, 0.5);
    expect(dn ** 2).toBeCloseTo(Math.SQRT1_2, 14);
    expect(sn ** 2).toBeCloseTo(1 / (1 + Math.SQRT1_2), 14);
    expect(cn ** 2).toBeCloseTo(Math.SQRT1_2 / (1 + Math.SQRT1_2), 14);
  });

  it.each(PARAMETERS)("are the circle's for m = 0, the integral's inverse and periodic at m = %s", (m) => {
    const quarter = completeEllipticIntegral(m);
    for (const phi of [-4, -Math.PI / 2, -1.3, 0, 0.4, 1.5, Math.PI / 2, 1.7, 3, 9]) {
      const u = ellipticIntegral(phi, m);
      expect(u).toBeCloseTo(
        integral((x) => 1 / Math.sqrt(1 - m * Math.sin(x) ** 2), phi),
        m > 0.99 ? 5 : 9,
      );
      const { sn, cn, dn } = jacobiElliptic(u, m);
      expect(sn).toBeCloseTo(Math.sin(phi), 12);
      expect(cn).toBeCloseTo(Math.cos(phi), 12);
      expect(dn).toBeCloseTo(Math.sqrt(1 - m * Math.sin(phi) ** 2), 12);
      if (m === 0) expect(u).toBeCloseTo(phi, 14);
      const later = jacobiElliptic(u + 4 * quarter, m);
      expect(later.sn).toBeCloseTo(sn, 11);
      expect(jacobiElliptic(u + 2 * quarter, m).dn).toBeCloseTo(dn, 11);
    }
  });
});
