import * as Plot from "@observablehq/plot";
import { JSDOM } from "jsdom";
import { describe, expect, it } from "vitest";
import { DrawingDocument, type DrawingElement, element, raiseSuperscripts } from "./document.js";

interface Outline {
  name: string;
  attributes: Record<string, string>;
  text: string;
  children: Outline[];
}

function outlineOf(node: DrawingElement): Outline {
  return {
    name: node.tagName,
    attributes: Object.fromEntries(node.attributes),
    text: node.textContent,
    children: node.children.map(outlineOf),
  };
}

function outlineOfDom(node: Element): Outline {
  return {
    name: node.tagName,
    attributes: Object.fromEntries([...node.attributes].map(({ name, value }) => [name, value])),
    text: node.textContent ?? "",
    children: [...node.children].map(outlineOfDom),
  };
}

function drawing(document: Document): ReturnType<typeof Plot.plot> {
  return Plot.plot({
    document,
    x: { type: "log", domain: [1, 100] },
    marks: [
      Plot.gridX([1, 10, 100]),
      Plot.axisX([1, 10, 100], { text: ["1", "10", "100"] }),
      Plot.axisY({ label: "y" }),
      Plot.ruleY([0]),
      Plot.line([1, 2, 3], { x: [1, 10, 100], y: [1, Number.NaN, 3], stroke: "red" }),
      Plot.dot([1, 2], { x: [1, 10], y: [1, 2] }),
      Plot.rect([1], { x1: [1], x2: [2], y1: [0], y2: [1] }),
      Plot.link([1], { x1: [1], x2: [2], y1: [0], y2: [1] }),
      Plot.contour({
        x1: 1,
        x2: 100,
        y1: 0,
        y2: 3,
        value: (x: number, y: number) => x * y,
        thresholds: [1, 2],
        pixelSize: 20,
      }),
    ],
  });
}

describe("the drawing document", () => {
  it("lets Plot draw what it draws in a full DOM, for every mark the figures use", () => {
    const here = drawing(new DrawingDocument() as unknown as Document) as unknown as DrawingElement;
    const there = drawing(new JSDOM("").window.document);
    expect(outlineOf(here)).toEqual(outlineOfDom(there));
    expect([...here.descendants()].length).toBeGreaterThan(40);
  });

  it("moves a node that is put elsewhere, and escapes text and attributes", () => {
    const child = element("g", { id: 'a"<b' }, "1 < 2");
    const first = element("g", {}, child);
    const second = element("g", { class: undefined });
    second.insertBefore(child, null);
    expect(first.outerHTML).toBe("<g/>");
    expect(second.outerHTML).toBe('<g><g id="a&quot;&lt;b">1 &lt; 2</g></g>');
    second.textContent = "x";
    expect(second.outerHTML).toBe("<g>x</g>");
    expect(child.parentNode).toBe(null);
  });

  it("raises superscripts in new elements and in those Plot has written", () => {
    const raised = '10<tspan dy="-0.4em" font-size="0.72em">\u22123</tspan><tspan dy="0.288em"> J</tspan>';
    expect(element("text", {}, "10^-3 J").innerHTML).toBe(raised);
    const plain = element("text", {});
    plain.textContent = "10^-3 J";
    raiseSuperscripts(element("g", {}, plain));
    expect(plain.innerHTML).toBe(raised);
  });
});
