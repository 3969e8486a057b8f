import fc from "fast-check";
import { arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { dampedField, frictionOf, withMomenta } from "../../measures/friction.js";
import { largest, pointFunction } from "../../measures/point-function.js";
import { referenceFlow } from "../../measures/reference-flow.js";
import { stepGraph, stepMap } from "../../measures/step-map.js";
import { fieldOf, finiteField } from "../../measures/system-measures.js";
import { fastestBackend } from "../../measures/usable-backends.js";
import { PropertyViolation, type VerificationProperty } from "../../verification/verification-property.js";
import type { IntegratedSystem } from "../../verification/verify-subject.js";

const NAME = "the integrator has its order on this system";
/** Steps tried, from large to small; methods of high order show few errors between the largest and the rounding. */
const stepsOf = (order: number): number[] =>
  order <= 4
    ? Array.from({ length: 14 }, (_, k) => 0.5 / 2 ** k)
    : Array.from({ length: 24 }, (_, k) => 4 / Math.SQRT2 ** k);
/** Errors above this part of the state's change are not asymptotic yet. */
const LARGEST_ERROR = 0.05;
/** Errors below this part of the state's change are asymptotic, and smaller steps show nothing new. */
const ASYMPTOTIC = 1e-3;
/** How much a slope may fall short; few errors of a method of high order lie where it is asymptotic. */
const slackOf = (order: number): number => (order <= 4 ? 0.3 : 0.6);
/** Two slopes that differ by less follow a power of the step. */
const STEADY = 0.4;
/** Errors are told from rounding above so many rounding units of the state. */
const FLOOR = 256 * Number.EPSILON;

interface StepError {
  readonly step: number;
  readonly error: number;
}

/**
 * One step errs by O(h^(order + 1)), against an extrapolated solution. A stochastic method is judged without its noise,
 * against the motion under the friction that it shows.
 */
export const convergesWithItsOrder: VerificationProperty<IntegratedSystem> = {
  name: NAME,
  statement:
    "|step(h) - flow(h)| falls as h^(order + 1) (without noise), seen on at least three steps above the noise floor",
  inapplicable({ system, integrator }) {
    const refusal = integrator.refusal(system);
    if (refusal !== undefined) return refusal;
    return Number.isFinite(integrator.order) ? undefined : "it approximates nothing";
  },
  property({ system, integrator }, options) {
    const [field, rates] = [finiteField(system, options), pointFunction(fieldOf(system), fastestBackend())];
    const step = stepMap(stepGraph(system, integrator), fastestBackend());
    const names = system.state.map(({ name }) => name);
    return fc.property(arbitrarySystemPoint(system, { margin: 0.25 }), (drawn) => {
      const point = integrator.stochastic ? withMomenta(system, drawn) : drawn;
      const speed = Math.max(...field(point).map(largest));
      const friction = integrator.stochastic ? frictionOf(system, field, step, point) : 0;
      if (friction === undefined) return options.inconclusive("the change of the force hides the friction");
      const motion = friction === 0 ? rates : dampedField(system, rates, friction);
      const size = Math.max(...names.map((name) => largest(point[name] as Float64Array)));
      const errors: StepError[] = [];
      let floored = 0;
      for (const h of stepsOf(integrator.order)) {
        const { state, error: doubt } = referenceFlow(motion, names, point, h);
        const found = step(point, h);
        if (leavesBounds(state) || leavesBounds(found)) continue;
        const error = Math.max(
          ...found.map((block, k) => largest(block.map((value, i) => value - (state[k]?.[i] as number)))),
        );
        const floor = Math.max(FLOOR * Math.max(size, h * speed), 30 * doubt);
        if (error <= floor && doubt <= FLOOR * Math.max(size, h * speed)) floored++;
        else if (error > floor && error <= LARGEST_ERROR * h * speed) errors.push({ step: h, error });
        const settled = errors.length >= 5 && error <= ASYMPTOTIC * h * speed;
        if (floored >= 3 || (settled && followsOrder(errors))) break;
      }
      // A method that is exact here, as a drift of constant velocity is, has every order.
      if (errors.length === 0 && floored >= 3) return;
      if (errors.length < 3) options.inconclusive("too few steps lie between the asymptotic range and the rounding");
      judge(errors);
    });

    function leavesBounds(state: readonly Float64Array[]): boolean {
      return system.state.some(({ bounds }, k) =>
        state[k]?.some((value) => bounds !== undefined && (value <= bounds[0] || value >= bounds[1])),
      );
    }

    /** The slopes between neighbouring steps: the last is the most asymptotic, the one before shows that it holds. */
    function lastSlopes(errors: readonly StepError[]): [number, number] {
      const [first, second, third] = errors.slice(-3) as [StepError, StepError, StepError];
      const slope = (before: StepError, after: StepError): number =>
        Math.log(before.error / after.error) / Math.log(before.step / after.step);
      return [slope(first, second), slope(second, third)];
    }

    function followsOrder(errors: readonly StepError[]): boolean {
      return Math.max(...lastSlopes(errors)) >= integrator.order + 1 - slackOf(integrator.order);
    }

    function judge(errors: readonly StepError[]): void {
      if (followsOrder(errors)) return;
      const expected = integrator.order + 1;
      const [previous, last] = lastSlopes(errors);
      if (Math.abs(last - previous) > STEADY) options.inconclusive("the errors do not follow a power of the step");
      throw new PropertyViolation({
        property: NAME,
        at: "the slope of a step's error",
        found: last,
        expected,
        error: expected - last,
        tolerance: slackOf(integrator.order),
        likely: "a coefficient, the order of the stages or a point of evaluation is wrong",
      });
    }
  },
};
