export type { AxisOptions } from "./axis.js";
export type { Background, Figure } from "./figure.js";
export { type HeatmapOptions, heatmap } from "./heatmap.js";
export { type Bins, type HistogramOptions, histogram } from "./histogram.js";
export { type GridImage, type ImageGridOptions, imageGrid } from "./image-grid.js";
export { type LineChartOptions, lineChart, type Series } from "./line-chart.js";
export {
  type Contours,
  type Equilibrium,
  type PhasePortraitOptions,
  phasePortrait,
  type Trajectory,
} from "./phase-portrait.js";
export type { HorizontalReference, Reference, SlopeReference, VerticalReference } from "./reference.js";
export { type ReportOptions, type ReportSection, type ReportTable, reportPage } from "./report-page.js";
export { saveFigure } from "./save-figure.js";
export type { FigureOptions } from "./validate.js";
