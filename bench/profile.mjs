// Where the time of a step goes, told by groups of kernels. A profile is a list of instructions
// { kernel, milliseconds, flops }.

/** The first pattern that fits decides. */
const GROUPS = [
  ['matmul', /^(matmul|gemm)/i],
  ['attention', /^(attention|rotate|valueMix)/i],
  ['optimizer', /^(adamW|clip|sgd|clearRows)/i],
  ['norm', /norm/i],
  ['activation', /gelu|relu|silu|swiglu|sigmoid|tanh/i],
  ['loss', /crossEntropy|softmax|softcap|meanSquared/i],
  ['embedding', /embedding|position|sparseRows|ngram|table/i],
  ['other', /./],
];

const groupOf = ({ kernel }) => GROUPS.find(([, pattern]) => pattern.test(kernel))[0];

/** [{ group, count, time, flops }] with time in milliseconds; all groups, in the same order for every profile. */
export function profileGroups(profile) {
  return GROUPS.map(([group]) => {
    const members = profile.filter((instruction) => groupOf(instruction) === group);
    return {
      group, count: members.length,
      time: members.reduce((sum, { milliseconds }) => sum + milliseconds, 0), flops: members.reduce((sum, { flops }) => sum + flops, 0),
    };
  });
}

/**
 * Share of the time outside matrix products. `instructions` counts matmul instructions as products and nothing else;
 * `products` counts those inside attention too, as if they ran at the speed of the others.
 */
export function outsideGemm(profile) {
  const groups = new Map(profileGroups(profile).map((group) => [group.group, group]));
  const sum = [...groups.values()].reduce((all, { time }) => all + time, 0), matmul = groups.get('matmul'), attention = groups.get('attention');
  const inside = Math.min(attention.time, attention.flops * (matmul.time / matmul.flops));
  return { instructions: 1 - matmul.time / sum, products: 1 - (matmul.time + inside) / sum };
}
