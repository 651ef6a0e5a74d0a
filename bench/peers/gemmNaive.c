// The loops that one writes first, in the style of llm.c, for gcc to vectorize: the peer of our matrix product.
// Reads lines "layout M N K times" (layout NN, NT or TN), answers "seconds first last": the time of `times` products and
// two corners of the result.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void nn(float *y, const float *a, const float *b, int M, int N, int K) {
  memset(y, 0, sizeof(float) * M * N);
#pragma omp parallel for
  for (int i = 0; i < M; i++)
    for (int k = 0; k < K; k++)
      for (int j = 0; j < N; j++) y[i * N + j] += a[i * K + k] * b[k * N + j];
}

static void nt(float *y, const float *a, const float *b, int M, int N, int K) {
#pragma omp parallel for
  for (int i = 0; i < M; i++)
    for (int j = 0; j < N; j++) {
      float sum = 0;
      for (int k = 0; k < K; k++) sum += a[i * K + k] * b[j * K + k];
      y[i * N + j] = sum;
    }
}

static void tn(float *y, const float *a, const float *b, int M, int N, int K) {
  memset(y, 0, sizeof(float) * M * N);
#pragma omp parallel for
  for (int i = 0; i < M; i++)
    for (int k = 0; k < K; k++)
      for (int j = 0; j < N; j++) y[i * N + j] += a[k * M + i] * b[k * N + j];
}

static float *numbers(size_t n) {
  float *x = malloc(sizeof(float) * n);
  if (!x) exit(1);
  for (size_t i = 0; i < n; i++) x[i] = (float)(i % 17) / 17 - 0.5f;
  return x;
}

int main(void) {
  char layout[3];
  int M, N, K, times;
  printf("{\"name\": \"C\", \"version\": \"gcc %s\"}\n", __VERSION__);
  fflush(stdout);
  while (scanf("%2s %d %d %d %d", layout, &M, &N, &K, &times) == 5) {
    float *a = numbers((size_t)M * K), *b = numbers((size_t)K * N), *y = numbers((size_t)M * N);
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    float last = 0;
    for (int t = 0; t < times; t++) {
      if (!strcmp(layout, "NN")) nn(y, a, b, M, N, K);
      else if (!strcmp(layout, "NT")) nt(y, a, b, M, N, K);
      else tn(y, a, b, M, N, K);
      last += y[t % (M * N)]; // or the compiler leaves all but the last out
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    a[0] += last;
    printf("%.9f %g %g\n", (to.tv_sec - from.tv_sec) + (to.tv_nsec - from.tv_nsec) * 1e-9, y[0], y[M * N - 1]);
    fflush(stdout);
    free(a), free(b), free(y);
  }
  return 0;
}
