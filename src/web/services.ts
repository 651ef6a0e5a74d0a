// What chapters let the worker compute: a service for each, made when it is first asked for. A service lives in the worker;
// the page knows only its type.
import { createPixels } from './chapters/pixelsService.ts';
import { createTokens } from './chapters/tokensService.ts';

export const services = { pixels: createPixels, tokens: createTokens };
export type Services = { readonly [K in keyof typeof services]: Awaited<ReturnType<(typeof services)[K]>> };
