// Elementary functions of one f64, for TypeScript: what a host's Math gives may differ from machine to machine, these
// do not. They are AssemblyScript's own (ports of musl and FreeBSD msun), made of Wasm arithmetic; none is a kernel.
export function mathExp(x: f64): f64 {
  return NativeMath.exp(x);
}

export function mathLog(x: f64): f64 {
  return NativeMath.log(x);
}

export function mathSin(x: f64): f64 {
  return NativeMath.sin(x);
}

export function mathCos(x: f64): f64 {
  return NativeMath.cos(x);
}

export function mathTanh(x: f64): f64 {
  return NativeMath.tanh(x);
}

export function mathPow(x: f64, y: f64): f64 {
  return NativeMath.pow(x, y);
}
