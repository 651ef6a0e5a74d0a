# PyTorch's matrix product on the CPU: reads "layout M N K times", answers "seconds first last".
import json
import sys
import time

try:
    import torch
except ImportError as error:
    print(json.dumps({"error": str(error)}), flush=True)
    sys.exit()

threads = int(sys.argv[1])
torch.set_num_threads(threads)
config = torch.__config__.show()
blas = next((word.split("=")[1] for word in config.replace(",", " ").split() if word.startswith("BLAS_INFO=")), "unknown")
print(json.dumps({"name": "PyTorch", "version": f"{torch.__version__}, BLAS {blas}"}), flush=True)


def numbers(rows, columns):
    return ((torch.arange(rows * columns) % 17).to(torch.float32) / 17 - 0.5).reshape(rows, columns)


key = None
for line in sys.stdin:
    layout, M, N, K, times = line.split()
    M, N, K, times = int(M), int(N), int(K), int(times)
    if key != (layout, M, N, K):
        key = (layout, M, N, K)
        a = numbers(K, M).t() if layout[0] == "T" else numbers(M, K)
        b = numbers(N, K).t() if layout[1] == "T" else numbers(K, N)
        y = torch.empty(M, N)
    with torch.no_grad():
        began = time.perf_counter()
        for _ in range(times):
            torch.mm(a, b, out=y)
        seconds = time.perf_counter() - began
    print(seconds, float(y[0, 0]), float(y[-1, -1]), flush=True)
