declare module 'asciichart' {
  export interface PlotOptions {
    readonly height?: number;
    readonly min?: number;
    readonly max?: number;
    readonly colors?: readonly string[];
    readonly format?: (value: number) => string;
  }
  export function plot(series: readonly number[] | readonly (readonly number[])[], options?: PlotOptions): string;
  const asciichart: { readonly plot: typeof plot };
  export default asciichart;
}
