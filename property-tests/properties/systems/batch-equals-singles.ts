import fc from "fast-check";
import { interpreter } from "../../../core/compile/interpreter/interpreter.js";
import { javascript } from "../../../core/compile/javascript/javascript.js";
import { topologicalOrder } from "../../../core/expression/expression.js";
import { symbolsOf } from "../../../core/expression/primitives/leaves.js";
import type { DynamicalSystem } from "../../../core/system.js";
import { arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { requireAgreement } from "../../measures/agreement.js";
import { largest, pointFunction, roundingOf } from "../../measures/point-function.js";
import { blockEntries, fieldOf, finiteField } from "../../measures/system-measures.js";
import { usableBackends } from "../../measures/usable-backends.js";
import type { VerificationProperty } from "../../verification/verification-property.js";

const NAME = "a batch equals its members one by one";
const MEMBERS = 3;

/** The field of several states at once is the field of each. */
export const batchEqualsSingles: VerificationProperty<DynamicalSystem> = {
  name: NAME,
  statement: "F([z_1, z_2, ...]) = [F(z_1), F(z_2), ...]",
  inapplicable: () => undefined,
  property(system, options) {
    const outputs = fieldOf(system);
    const names = [...symbolsOf(topologicalOrder(outputs)).keys()];
    const plan = { trajectories: MEMBERS, perTrajectory: new Set(names) };
    const batches = usableBackends([interpreter, javascript]).map((backend) => ({
      name: backend.name,
      compiled: backend.compileFunction({ outputs }, plan),
    }));
    const [field, single] = [finiteField(system, options), pointFunction(outputs)];
    const points = fc.array(arbitrarySystemPoint(system), { minLength: MEMBERS, maxLength: MEMBERS });
    return fc.property(points, (members) => {
      const expected = members.map(field);
      for (const { name: backend, compiled } of batches) {
        for (const [name, buffer] of Object.entries(compiled.inputs)) {
          members.forEach((member, k) => {
            const values = member[name] as Float64Array;
            buffer.set(values, k * values.length);
          });
        }
        compiled.run();
        members.forEach((member, k) => {
          const rounding = roundingOf(single, member);
          system.state.forEach((block, position) => {
            const values = expected[k]?.[position] as Float64Array;
            const batched = compiled.outputs[position] as Float64Array;
            const found = batched.subarray(k * values.length, (k + 1) * values.length);
            requireAgreement(
              blockEntries((entry) => `d${entry}/dt of member ${k} (${backend})`, block, found, values),
              {
                property: NAME,
                tolerance: 1e-13,
                scale: largest(values),
                floor: 8 * (rounding[position] as number),
                likely: "something is shared that differs from member to member",
              },
              options,
            );
          });
        });
      }
    });
  },
};
