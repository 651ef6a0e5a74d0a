export { run, serve } from "./plan";
export * from "./add";
export * from "./dropout";
export * from "./embedding";
export * from "./fill";
export * from "./matmul";
export * from "./ngram";
export * from "./random";
export * from "./sparseRows";
export * from "./attention";
export * from "./convolution";
export * from "./remember";
export * from "./rotate";
export * from "./valueMix";
/** First byte after the module's own constants; everything above belongs to the engine. */
export const heap: usize = __heap_base;
