export { run, serve } from "./plan";
export * from "./add";
export * from "./embedding";
export * from "./fill";
export * from "./matmul";
export * from "./ngram";
export * from "./random";
/** First byte after the module's own constants; everything above belongs to the engine. */
export const heap: usize = __heap_base;
