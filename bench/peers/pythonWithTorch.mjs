// A Python that has PyTorch: the one in the path, or the system's.
import { execFileSync } from 'node:child_process';

const hasTorch = (python) => {
  try {
    execFileSync(python, ['-c', 'import torch'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Its name; null, and a printed reason, where there is none. */
export function pythonWithTorch() {
  const python = ['python3', '/usr/bin/python3'].find(hasTorch) ?? null;
  if (!python) console.error('No PyTorch in this comparison: python3 has no torch here.');
  return python;
}
