"""A training step of GPT-2 in PyTorch, as one would write it: the peer of ours.

Arguments: threads, then the sizes L C nh V positions bias B T. Speaks the words of lineProcess.mjs.
First numbers and batches are those of trainingModels.mjs, so the losses can be compared.
"""
import json
import resource
import sys
import time

try:
    import numpy as np
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError as error:
    print(json.dumps({'error': str(error)}), flush=True)
    sys.exit(1)

threads, L, C, nh, V, positions, bias, B, T = map(int, sys.argv[1:10])
torch.set_num_threads(threads)
BATCHES, TOKENS = 4, 1000


def hashed(n, which):
    u = np.uint32
    with np.errstate(over='ignore'):
        x = (np.arange(1, n + 1, dtype=u) * u(0x9E3779B1)) + u(which * 0x85EBCA77 & 0xFFFFFFFF)
        x = (x ^ (x >> u(16))) * u(0x7FEB352D)
        x = (x ^ (x >> u(15))) * u(0x846CA68B)
        return x ^ (x >> u(16))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1 = Norm()
        self.qkv = nn.Linear(C, 3 * C, bias=bool(bias))
        self.out = nn.Linear(C, C, bias=bool(bias))
        self.norm2 = Norm()
        self.up = nn.Linear(C, 4 * C, bias=bool(bias))
        self.down = nn.Linear(4 * C, C, bias=bool(bias))
        if not hasattr(F, 'scaled_dot_product_attention'):
            self.register_buffer('mask', torch.tril(torch.ones(T, T)).view(1, 1, T, T) == 0)

    def attention(self, x):
        q, k, v = (h.view(B, T, nh, C // nh).transpose(1, 2) for h in self.qkv(x).split(C, dim=2))
        if hasattr(F, 'scaled_dot_product_attention'):
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            scores = (q @ k.transpose(-2, -1)) * (C // nh) ** -0.5
            y = F.softmax(scores.masked_fill(self.mask, float('-inf')), dim=-1) @ v
        return self.out(y.transpose(1, 2).contiguous().view(B, T, C))

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.down(F.gelu(self.up(self.norm2(x)), approximate='tanh'))


class Norm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(C))
        self.bias = nn.Parameter(torch.empty(C)) if bias else None

    def forward(self, x):
        return F.layer_norm(x, (C,), self.weight, self.bias, 1e-5)


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte = nn.Parameter(torch.empty(V, C))
        self.wpe = nn.Parameter(torch.empty(positions, C))
        self.blocks = nn.ModuleList(Block() for _ in range(L))
        self.norm = Norm()

    def lists(self):
        """The parameters in the order in which they are numbered; None where there is none."""
        yield from (self.wte, self.wpe)
        for b in self.blocks:
            for part in (b.norm1, b.qkv, b.out, b.norm2, b.up, b.down):
                yield from (part.weight, part.bias)
        yield from (self.norm.weight, self.norm.bias)

    def forward(self, tokens, targets):
        x = F.embedding(tokens, self.wte) + self.wpe[:T]
        for block in self.blocks:
            x = block(x)
        logits = F.linear(self.norm(x), self.wte)
        return F.cross_entropy(logits.view(-1, V), targets.view(-1))


def same_numbers(model):
    with torch.no_grad():
        for which, p in enumerate(model.lists()):
            if p is None:
                continue
            middle, deviation = (0, 0.035) if p.dim() > 1 else (0, 0.02) if which % 2 else (1, 0.1)
            numbers = middle + deviation * (hashed(p.numel(), which) / 2**31 - 1)
            p.copy_(torch.from_numpy(numbers.astype(np.float32)).view(p.shape))


def product_speed():
    """GFLOP/s of a product of 1024 x 1024 matrices: tells a real BLAS from loops."""
    a, b = torch.rand(1024, 1024), torch.rand(1024, 1024)
    best = 1e9
    for _ in range(12):
        began = time.perf_counter()
        a @ b
        best = min(best, time.perf_counter() - began)
    return 2 * 1024**3 / best / 1e9


def blas():
    """The library that is really loaded, by its file."""
    with open('/proc/self/maps') as maps:
        files = {line.split('/')[-1].strip() for line in maps if '/' in line}
    known = [f for f in files if any(name in f.lower() for name in ('openblas', 'mkl_rt', 'mkl_core', 'libblas', 'libtorch_cpu'))]
    return ' '.join(sorted(f for f in known if 'torch' not in f)) or ('MKL' if torch.backends.mkl.is_available() else 'unknown')


torch.manual_seed(1)
model = GPT()
same_numbers(model)
decayed = [p for p in model.parameters() if p.dim() > 1]
plain = [p for p in model.parameters() if p.dim() <= 1]
options = {}
try:  # from PyTorch 2.4 on there is a fused one for CPUs; lists of tensors (foreach) are no faster there
    torch.optim.AdamW([torch.zeros(1, requires_grad=True)], fused=True)
    options = {'fused': True}
except (TypeError, RuntimeError):
    pass
optimizer = torch.optim.AdamW(
    [{'params': decayed, 'weight_decay': 0.1}, {'params': plain, 'weight_decay': 0.0}], lr=1e-3, betas=(0.9, 0.95), eps=1e-8, **options)
batches = []
for k in range(BATCHES):
    rows = torch.from_numpy((hashed(B * (T + 1), TOKENS + k) % np.uint32(V)).astype(np.int64)).view(B, T + 1)
    batches.append((rows[:, :-1].contiguous(), rows[:, 1:].contiguous()))


def step(i):
    tokens, targets = batches[i % BATCHES]
    loss = model(tokens, targets)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()


def main():
    speed = product_speed()
    print(json.dumps({
        'name': f'PyTorch {torch.__version__}', 'version': torch.__version__, 'python': sys.version.split()[0], 'blas': blas(), 'threads': torch.get_num_threads(),
        'productGflops': speed, 'attention': 'fused' if hasattr(F, 'scaled_dot_product_attention') else 'masked softmax', 'adamW': 'fused' if options else 'plain',
        'parameters': sum(p.numel() for p in model.parameters()),
    }), flush=True)
    done = 0
    for line in sys.stdin:
        word, *n = line.split()
        if word == 'run':
            began, loss = time.perf_counter(), 0
            for _ in range(int(n[0])):
                loss = step(done)
                done += 1
            print(time.perf_counter() - began, loss, flush=True)
        else:
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, flush=True)


main()
