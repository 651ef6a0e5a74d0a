import type { Store } from '../formats/store.ts';
import type { DataReport } from './dataReport.ts';
import { TOKENS_IN_MEMORY, type Dataset } from './dataset.ts';
import { shardTokens } from './tokenSet.ts';
import { loadTokens, saveTokens } from './tokenStore.ts';

const REPORT = 'report.json';

/**
 * Writes a data set to a store, so that it need not be encoded again. If it was built with `spill`, to the same store.
 *
 * @param key what decides its tokens: the source, the tokenizer, the split.
 */
export async function saveDataset(store: Store, key: string, { train, validation, report }: Dataset): Promise<void> {
  await saveTokens(store, 'validation', validation, key);
  await store.write(REPORT, `${JSON.stringify({ key, report })}\n`);
  await saveTokens(store, 'train', train, key);
}

/**
 * Reads what {@link saveDataset} wrote, and proves it whole.
 *
 * @returns null when it is not there, has changed, or was saved under another key.
 * @example
 * const dataset = await loadDataset(store, key) ?? await buildDataset(source, encode, { seed: 1, spill: store });
 */
export async function loadDataset(store: Store, key: string, { tokensInMemory = TOKENS_IN_MEMORY } = {}): Promise<Dataset | null> {
  const shardsInMemory = Math.ceil(tokensInMemory / shardTokens), report = parse(await store.read(REPORT), key);
  const train = report && await loadTokens(store, 'train', key, { shardsInMemory });
  const validation = train && await loadTokens(store, 'validation', key, { shardsInMemory });
  if (validation) return { train, validation, report };
  train?.close();
  return null;
}

function parse(bytes: Uint8Array | null, key: string): DataReport | null {
  try {
    const found = bytes && JSON.parse(new TextDecoder().decode(bytes)) as { key?: string; report?: DataReport } | null;
    return found?.key === key && found.report ? found.report : null;
  } catch {
    return null;
  }
}
