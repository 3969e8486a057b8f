import { expectTypeOf, it } from "vitest";
import { predict } from "../../learning/predict.js";
import { train } from "../../learning/training/index.js";
import { settle, shortTraining, task } from "./training-network.testing.js";

it("names of blocks are checked where training and prediction are written", () => {
  const options = shortTraining();
  const misspelt = (): unknown[] => [
    // @ts-expect-error the system has no parameter W3
    train({ ...options, train: ["W3"] }),
    // @ts-expect-error the system has no parameter W3
    train({ ...options, parameters: { W3: 1 } }),
    // @ts-expect-error the input is called x
    train({ ...options, data: { input: { z: 1 }, target: { y: 1 } } }),
    // @ts-expect-error the target is called y
    train({ ...options, data: { input: { x: 1 }, target: { z: 1 } } }),
    // @ts-expect-error the system has no state block hiden
    predict(task, { parameters: {}, input: { x: 1 }, settle, keep: ["hiden"] }),
    train({ ...options, validate: (parameters) => ({ bias: parameters.b1[0] as number }) }),
  ];
  expectTypeOf(misspelt).toBeFunction();
});
