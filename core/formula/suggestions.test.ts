import { expect, test } from "vitest";
import { closestName, editDistance, listNames } from "./suggestions.js";

test.each([
  ["", "", 0],
  ["mass", "mass", 0],
  ["mass", "mas", 1],
  ["mass", "masss", 1],
  ["mass", "mess", 1],
  ["mass", "amss", 1],
  ["kitten", "sitting", 3],
  ["abc", "", 3],
])("the distance of %j and %j is %i", (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
  expect(editDistance(b, a)).toBe(distance);
});

test("the closest name is near, or differs in case only", () => {
  const names = ["mass", "gravity", "arm", "q"];
  expect(closestName("gravty", names)).toBe("gravity");
  expect(closestName("MASS", names)).toBe("mass");
  expect(closestName("p", names)).toBeUndefined();
  expect(closestName("length", names)).toBeUndefined();
});

test("long lists are cut", () => {
  expect(listNames(["a", "b"])).toBe("a, b");
  expect(listNames(["a", "b", "c", "d"], 2)).toBe("a, b and 2 more");
});
