import { InputError } from "../core/errors.js";
import type { DrawingElement } from "./document.js";
import { importInNode } from "./node-module.js";
import { paper } from "./palette.js";
import { escapeMarkup } from "./text.js";

/** What lies under a figure: default "white". */
export type Background = "white" | "transparent";

/** A finished figure. */
export interface Figure {
  readonly title: string;
  /** What the figure shows, in a sentence. */
  readonly description: string;
  readonly width: number;
  readonly height: number;
  /** A complete SVG document that refers to nothing outside itself. */
  svg(options?: { readonly background?: Background }): string;
  /**
   * PNG bytes, `scale` (default 2) pixels to the unit. Needs Node and the package `@resvg/resvg-js`, which is loaded on
   * the first call, and a font installed on the machine.
   * @throws InputError when the scale is not within (0, 8], the package is missing, or the machine has no font.
   */
  png(options?: { readonly background?: Background; readonly scale?: number }): Promise<Uint8Array>;
}

// Named families first: `sans-serif` alone is a serif face for renderers that know only the files on the machine.
const fontFamily = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";

/** Makes a figure of drawn elements. */
export function createFigure(
  about: Pick<Figure, "title" | "description" | "width" | "height">,
  content: readonly DrawingElement[],
): Figure {
  const { title, description, width, height } = about;
  const drawing = content.map((part) => part.outerHTML).join("");
  const svg: Figure["svg"] = ({ background = "white" } = {}) =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `style="max-width:100%;height:auto" font-family="${escapeMarkup(fontFamily)}" role="img" ` +
    `aria-label="${escapeMarkup(`${title}. ${description}`)}">` +
    `${background === "white" ? `<rect width="${width}" height="${height}" fill="${paper}"/>` : ""}${drawing}</svg>`;
  return {
    title,
    description,
    width,
    height,
    svg,
    async png({ background, scale = 2 } = {}) {
      if (!(scale > 0 && scale <= 8)) {
        throw new InputError({ field: "png scale", given: String(scale), expected: "a number above 0 and at most 8" });
      }
      return rasterize(svg(background === undefined ? {} : { background }), scale);
    },
  };
}

/** The renderer's number for nearest-pixel images, which it does not know by the name "pixelated". */
const sharpPixels = 1;

async function rasterize(svg: string, scale: number): Promise<Uint8Array> {
  const { Resvg } = await loadRenderer();
  const probe = new Resvg(
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><text x="4" y="30">eq</text></svg>',
  );
  if (probe.getBBox() === undefined) {
    throw new InputError({
      field: "png",
      given: "a machine without any font",
      expected: "an installed font for the labels",
      remedy: "install one (such as the package fonts-dejavu), or write SVG instead",
    });
  }
  return new Resvg(svg, { fitTo: { mode: "zoom", value: scale }, imageRendering: sharpPixels }).render().asPng();
}

async function loadRenderer(): Promise<typeof import("@resvg/resvg-js")> {
  try {
    return await importInNode("@resvg/resvg-js");
  } catch {
    throw new InputError({
      field: "png",
      given: "an environment without @resvg/resvg-js",
      expected: "Node with that package installed",
      remedy: "install it, or write SVG instead",
    });
  }
}
