// In a page: from nothing to an engine that can run a plan.
onmessage = async ({ data: threads }) => {
  const began = performance.now(), { createEngine } = await import('/dist/index.js'), imported = performance.now();
  const engine = await createEngine({ threads }), ready = performance.now();
  postMessage([imported - began, ready - imported]);
  engine.stop();
};
