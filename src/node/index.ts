// What only Node can do: files and folders of the disk, as sources of text and as stores for runs.
// Everything else of this library knows neither; it is handed a Source or a Store.
//
// Reading order: folderStore (how a file is written whole or not at all), fileSource, gutenberg, nodeEncoders (threads
// that encode), encodeAhead (a thread that encodes while others learn).

export { folderStore } from './folderStore.ts';
export { fileSource } from './fileSource.ts';
export { classics, gutenberg } from './gutenberg.ts';
export { nodeEncoders, type NodeEncodersOptions } from './nodeEncoders.ts';
export { encodeAhead, portionsIn, type AheadOptions } from './encodeAhead.ts';
