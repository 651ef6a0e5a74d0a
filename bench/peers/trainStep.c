// A training step of GPT-2 in plain C: simple loops for gcc to vectorize, OpenMP to share them, in the structure of
// llm.c's code for CPUs (https://github.com/karpathy/llm.c): everything is kept for the backward pass, gradients are
// added to buffers that a step begins by clearing. The peer of our training step.
//
// As it stands it shares what llm.c shares among threads: linear layers, attention forward, softmax over the
// vocabulary; and it goes through the softmax of attention backwards by its whole matrix of derivatives, (T,T) for
// every row. With -DEVERYWHERE all loops are shared and the derivative is the sum that it comes down to.
//
// Arguments: threads, then the sizes L C nh V positions bias B T. Speaks the words of lineProcess.mjs.
// First numbers and batches are those of trainingModels.mjs, so the losses can be compared.
#include <math.h>
#include <omp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#ifdef EVERYWHERE
#define SHARE _Pragma("omp parallel for")
#define SHARE_HEADS _Pragma("omp parallel for collapse(2)")
#define KIND "all loops shared"
#else
#define SHARE
#define SHARE_HEADS
#define KIND "shared as in llm.c"
#endif

enum { BATCHES = 4, TOKENS = 1000 };
static int L, C, nh, V, P, bias, B, T, R; // R = B T rows

static uint32_t hash(uint32_t i, uint32_t list) {
  uint32_t x = (i + 1) * 0x9e3779b1u + list * 0x85ebca77u;
  x = (x ^ (x >> 16)) * 0x7feb352du;
  x = (x ^ (x >> 15)) * 0x846ca68bu;
  return x ^ (x >> 16);
}

// ---- layers: x (R,I) -> y (R,O); d... is the gradient of ... --------------------------------------------------------

// y = x wᵀ + b, w (O,I). Eight rows at a time share each number of w.
static void linear(float *y, const float *x, const float *w, const float *b, int I, int O) {
  if (R % 8) {
    #pragma omp parallel for
    for (int r = 0; r < R; r++)
      for (int o = 0; o < O; o++) {
        float sum = b ? b[o] : 0;
        for (int i = 0; i < I; i++) sum += x[(size_t)r * I + i] * w[(size_t)o * I + i];
        y[(size_t)r * O + o] = sum;
      }
    return;
  }
  #pragma omp parallel for
  for (int r = 0; r < R; r += 8)
    for (int o = 0; o < O; o++) {
      float sum[8];
      for (int j = 0; j < 8; j++) sum[j] = b ? b[o] : 0;
      for (int i = 0; i < I; i++) {
        float weight = w[(size_t)o * I + i];
        for (int j = 0; j < 8; j++) sum[j] += x[(size_t)(r + j) * I + i] * weight;
      }
      for (int j = 0; j < 8; j++) y[(size_t)(r + j) * O + o] = sum[j];
    }
}

static void linearBack(float *dx, float *dw, float *db, const float *dy, const float *x, const float *w, int I, int O) {
  #pragma omp parallel for
  for (int r = 0; r < R; r++)
    for (int o = 0; o < O; o++) {
      float d = dy[(size_t)r * O + o];
      for (int i = 0; i < I; i++) dx[(size_t)r * I + i] += w[(size_t)o * I + i] * d;
    }
  #pragma omp parallel for
  for (int o = 0; o < O; o++)
    for (int r = 0; r < R; r++) {
      float d = dy[(size_t)r * O + o];
      if (db) db[o] += d;
      for (int i = 0; i < I; i++) dw[(size_t)o * I + i] += x[(size_t)r * I + i] * d;
    }
}

// y = (x - mean) / sqrt(variance + eps) · w + b; mean and 1 / deviation are kept
static void norm(float *y, float *mean, float *rstd, const float *x, const float *w, const float *b) {
  SHARE
  for (int r = 0; r < R; r++) {
    const float *row = x + (size_t)r * C;
    float m = 0, v = 0;
    for (int c = 0; c < C; c++) m += row[c];
    m /= C;
    for (int c = 0; c < C; c++) v += (row[c] - m) * (row[c] - m);
    float s = 1 / sqrtf(v / C + 1e-5f);
    for (int c = 0; c < C; c++) y[(size_t)r * C + c] = (row[c] - m) * s * w[c] + (b ? b[c] : 0);
    mean[r] = m, rstd[r] = s;
  }
}

static void normBack(float *dx, float *dw, float *db, const float *dy, const float *x, const float *w, const float *mean, const float *rstd) {
  for (int r = 0; r < R; r++) {
    const float *d = dy + (size_t)r * C, *row = x + (size_t)r * C;
    float *out = dx + (size_t)r * C, m = mean[r], s = rstd[r], sum = 0, along = 0;
    for (int c = 0; c < C; c++) {
      float g = w[c] * d[c];
      sum += g;
      along += g * (row[c] - m) * s;
    }
    sum /= C, along /= C;
    for (int c = 0; c < C; c++) {
      float n = (row[c] - m) * s;
      if (db) db[c] += d[c];
      dw[c] += n * d[c];
      out[c] += (w[c] * d[c] - sum - n * along) * s;
    }
  }
}

// qkv (R,3C) -> y (R,C); the probabilities (B,nh,T,T) are kept
static void attention(float *y, float *probs, const float *qkv) {
  int hs = C / nh;
  float scale = 1 / sqrtf(hs);
  #pragma omp parallel for collapse(3)
  for (int b = 0; b < B; b++)
    for (int t = 0; t < T; t++)
      for (int h = 0; h < nh; h++) {
        const float *q = qkv + (size_t)(b * T + t) * 3 * C + h * hs;
        float *p = probs + ((size_t)(b * nh + h) * T + t) * T, *out = y + (size_t)(b * T + t) * C + h * hs;
        float most = -1e30f, sum = 0;
        for (int u = 0; u <= t; u++) {
          const float *k = qkv + (size_t)(b * T + u) * 3 * C + C + h * hs;
          float score = 0;
          for (int i = 0; i < hs; i++) score += q[i] * k[i];
          p[u] = score * scale;
          if (p[u] > most) most = p[u];
        }
        for (int u = 0; u <= t; u++) sum += p[u] = expf(p[u] - most);
        for (int i = 0; i < hs; i++) out[i] = 0;
        for (int u = 0; u <= t; u++) {
          const float *v = qkv + (size_t)(b * T + u) * 3 * C + 2 * C + h * hs;
          p[u] /= sum;
          for (int i = 0; i < hs; i++) out[i] += p[u] * v[i];
        }
      }
}

static void attentionBack(float *dqkv, const float *dy, const float *probs, const float *qkv) {
  int hs = C / nh;
  float scale = 1 / sqrtf(hs);
  SHARE_HEADS
  for (int b = 0; b < B; b++)
    for (int h = 0; h < nh; h++) {
      float dp[T], ds[T];
      for (int t = 0; t < T; t++) {
        const float *p = probs + ((size_t)(b * nh + h) * T + t) * T, *d = dy + (size_t)(b * T + t) * C + h * hs;
        const float *q = qkv + (size_t)(b * T + t) * 3 * C + h * hs;
        float *dq = dqkv + (size_t)(b * T + t) * 3 * C + h * hs;
        #ifdef EVERYWHERE
        float along = 0;
        #endif
        for (int u = 0; u <= t; u++) {
          const float *v = qkv + (size_t)(b * T + u) * 3 * C + 2 * C + h * hs;
          float *dv = dqkv + (size_t)(b * T + u) * 3 * C + 2 * C + h * hs, sum = 0;
          for (int i = 0; i < hs; i++) {
            sum += d[i] * v[i];
            dv[i] += p[u] * d[i];
          }
          dp[u] = sum;
          #ifdef EVERYWHERE
          along += sum * p[u];
          #endif
        }
        #ifdef EVERYWHERE
        for (int u = 0; u <= t; u++) ds[u] = p[u] * (dp[u] - along);
        #else
        for (int v = 0; v <= t; v++) ds[v] = 0;
        for (int u = 0; u <= t; u++)
          for (int v = 0; v <= t; v++) ds[v] += p[u] * ((u == v ? 1.0f : 0.0f) - p[v]) * dp[u];
        #endif
        for (int u = 0; u <= t; u++) {
          const float *k = qkv + (size_t)(b * T + u) * 3 * C + C + h * hs;
          float *dk = dqkv + (size_t)(b * T + u) * 3 * C + C + h * hs, d = ds[u] * scale;
          for (int i = 0; i < hs; i++) {
            dq[i] += d * k[i];
            dk[i] += d * q[i];
          }
        }
      }
    }
}

// y = x/2 · (1 + tanh(√(2/π) (x + .044715 x³)))
static void gelu(float *y, const float *x, size_t n) {
  const float s = sqrtf(2 / (float)M_PI);
  SHARE
  for (size_t i = 0; i < n; i++) y[i] = 0.5f * x[i] * (1 + tanhf(s * (x[i] + 0.044715f * x[i] * x[i] * x[i])));
}

static void geluBack(float *dx, const float *dy, const float *x, size_t n) {
  const float s = sqrtf(2 / (float)M_PI);
  SHARE
  for (size_t i = 0; i < n; i++) {
    float t = tanhf(s * (x[i] + 0.044715f * x[i] * x[i] * x[i]));
    dx[i] += dy[i] * (0.5f * (1 + t) + 0.5f * x[i] * (1 - t * t) * s * (1 + 3 * 0.044715f * x[i] * x[i]));
  }
}

static void sum(float *y, const float *a, const float *b, size_t n) {
  SHARE
  for (size_t i = 0; i < n; i++) y[i] = a[i] + b[i];
}

static void sumBack(float *da, float *db, const float *dy, size_t n) {
  SHARE
  for (size_t i = 0; i < n; i++) da[i] += dy[i], db[i] += dy[i];
}

// ---- memory: parameters, gradients and both moments in stretches of one layout --------------------------------------

static float *zeros(size_t n) {
  float *x = calloc(n ? n : 1, sizeof(float));
  if (!x) exit(1);
  return x;
}

/** Places of parameter lists in a stretch; list numbers as in trainingModels.mjs. */
static size_t place[4096], length[4096], total;
static int lists;
static void addList(size_t n) { place[lists] = total, length[lists++] = n, total += n; }
enum { NORM1, NORM1B, QKV, QKVB, OUT, OUTB, NORM2, NORM2B, UP, UPB, DOWN, DOWNB, PARTS };
static int part(int layer, int which) { return 2 + layer * PARTS + which; }
static float *at(float *stretch, int list) { return length[list] ? stretch + place[list] : NULL; }

/** What one layer keeps for its backward pass; and the gradients of the same. */
typedef struct { float *norm1, *mean1, *rstd1, *qkv, *probs, *heads, *out, *mid, *norm2, *mean2, *rstd2, *up, *act, *down, *x; } Layer;
static size_t layerFloats(void) { return (size_t)R * (18 * C + 4) + (size_t)B * nh * T * T; }
static Layer takeLayer(float *from, int gradients) {
  size_t n = (size_t)R * C;
  Layer l;
  #define TAKE(name, floats) l.name = from, from += (floats)
  TAKE(norm1, n); TAKE(qkv, 3 * n); TAKE(heads, n); TAKE(out, n); TAKE(mid, n); TAKE(norm2, n);
  TAKE(up, 4 * n); TAKE(act, 4 * n); TAKE(down, n); TAKE(x, n);
  if (!gradients) { TAKE(mean1, R); TAKE(rstd1, R); TAKE(mean2, R); TAKE(rstd2, R); TAKE(probs, (size_t)B * nh * T * T); }
  return l;
}

static float *w, *g, *m1, *m2, *x0, *dx0, *last, *dlast, *lastMean, *lastRstd, *logits, *dlogits, *kept, *dkept;
static Layer *layers, *dlayers;
static size_t keptFloats, dkeptFloats;
static int *tokens[BATCHES];

static void forward(const int *rows) {
  const float *wte = at(w, 0), *wpe = at(w, 1), *x = x0;
  SHARE
  for (int r = 0; r < R; r++)
    for (int c = 0; c < C; c++) x0[(size_t)r * C + c] = wte[(size_t)rows[r / T * (T + 1) + r % T] * C + c] + wpe[(size_t)(r % T) * C + c];
  for (int l = 0; l < L; l++) {
    Layer *a = &layers[l];
    #define W(which) at(w, part(l, which))
    norm(a->norm1, a->mean1, a->rstd1, x, W(NORM1), W(NORM1B));
    linear(a->qkv, a->norm1, W(QKV), W(QKVB), C, 3 * C);
    attention(a->heads, a->probs, a->qkv);
    linear(a->out, a->heads, W(OUT), W(OUTB), C, C);
    sum(a->mid, x, a->out, (size_t)R * C);
    norm(a->norm2, a->mean2, a->rstd2, a->mid, W(NORM2), W(NORM2B));
    linear(a->up, a->norm2, W(UP), W(UPB), C, 4 * C);
    gelu(a->act, a->up, (size_t)R * 4 * C);
    linear(a->down, a->act, W(DOWN), W(DOWNB), 4 * C, C);
    sum(a->x, a->mid, a->down, (size_t)R * C);
    x = a->x;
  }
  norm(last, lastMean, lastRstd, x, at(w, lists - 2), at(w, lists - 1));
  linear(logits, last, wte, NULL, C, V);
}

/** Mean of -log p(next); leaves its gradient in dlogits. */
static float crossEntropy(const int *rows) {
  double loss = 0;
  #pragma omp parallel for reduction(+ : loss)
  for (int r = 0; r < R; r++) {
    const float *row = logits + (size_t)r * V;
    float *d = dlogits + (size_t)r * V, most = row[0], total = 0;
    int next = rows[r / T * (T + 1) + r % T + 1];
    for (int v = 0; v < V; v++) most = row[v] > most ? row[v] : most;
    for (int v = 0; v < V; v++) total += d[v] = expf(row[v] - most);
    loss += logf(total) + most - row[next];
    float share = 1 / (total * R);
    for (int v = 0; v < V; v++) d[v] *= share;
    d[next] -= 1.0f / R;
  }
  return loss / R;
}

static void back(const int *rows) {
  const float *wte = at(w, 0);
  memset(g, 0, total * sizeof(float));
  memset(dkept, 0, dkeptFloats * sizeof(float));
  linearBack(dlast, at(g, 0), NULL, dlogits, last, wte, C, V);
  normBack(L ? dlayers[L - 1].x : dx0, at(g, lists - 2), at(g, lists - 1), dlast, L ? layers[L - 1].x : x0, at(w, lists - 2), lastMean, lastRstd);
  for (int l = L - 1; l >= 0; l--) {
    Layer *a = &layers[l], *d = &dlayers[l];
    const float *x = l ? layers[l - 1].x : x0;
    float *dx = l ? dlayers[l - 1].x : dx0;
    #define G(which) at(g, part(l, which))
    sumBack(d->mid, d->down, d->x, (size_t)R * C);
    linearBack(d->act, G(DOWN), G(DOWNB), d->down, a->act, W(DOWN), 4 * C, C);
    geluBack(d->up, d->act, a->up, (size_t)R * 4 * C);
    linearBack(d->norm2, G(UP), G(UPB), d->up, a->norm2, W(UP), C, 4 * C);
    normBack(d->mid, G(NORM2), G(NORM2B), d->norm2, a->mid, W(NORM2), a->mean2, a->rstd2);
    sumBack(dx, d->out, d->mid, (size_t)R * C);
    linearBack(d->heads, G(OUT), G(OUTB), d->out, a->heads, W(OUT), C, C);
    attentionBack(d->qkv, d->heads, a->probs, a->qkv);
    linearBack(d->norm1, G(QKV), G(QKVB), d->qkv, a->norm1, W(QKV), C, 3 * C);
    normBack(dx, G(NORM1), G(NORM1B), d->norm1, x, W(NORM1), a->mean1, a->rstd1);
  }
  float *dwte = at(g, 0), *dwpe = at(g, 1);
  for (int r = 0; r < R; r++)
    for (int c = 0; c < C; c++) {
      float d = dx0[(size_t)r * C + c];
      dwte[(size_t)rows[r / T * (T + 1) + r % T] * C + c] += d;
      dwpe[(size_t)(r % T) * C + c] += d;
    }
}

/** Gradients shortened to length 1, then AdamW; decay on lists of more than one dimension. */
static void update(int step) {
  const float rate = 1e-3f, beta1 = 0.9f, beta2 = 0.95f, eps = 1e-8f;
  double squares = 0;
  #pragma omp parallel for reduction(+ : squares)
  for (size_t i = 0; i < total; i++) squares += g[i] * g[i];
  float shorten = fminf(1, 1 / (sqrt(squares) + 1e-6)), c1 = 1 - powf(beta1, step), c2 = 1 - powf(beta2, step);
  for (int list = 0; list < lists; list++) {
    int inLayer = (list - 2) % PARTS, matrix = list < 2 || (list < lists - 2 && (inLayer == QKV || inLayer == OUT || inLayer == UP || inLayer == DOWN));
    float decay = matrix ? 0.1f : 0;
    SHARE
    for (size_t i = place[list]; i < place[list] + length[list]; i++) {
      float d = g[i] * shorten, a = m1[i] = beta1 * m1[i] + (1 - beta1) * d, b = m2[i] = beta2 * m2[i] + (1 - beta2) * d * d;
      w[i] -= rate * (a / c1 / (sqrtf(b / c2) + eps) + decay * w[i]);
    }
  }
}

static float trainStep(int step) {
  const int *rows = tokens[step % BATCHES];
  forward(rows);
  float loss = crossEntropy(rows);
  back(rows);
  update(step + 1);
  return loss;
}

static void begin(void) {
  size_t c = C;
  addList(V * c);
  addList(P * c);
  for (int l = 0; l < L; l++) {
    const size_t weights[] = {c, 3 * c * c, c * c, c, 4 * c * c, 4 * c * c}, biases[] = {c, 3 * c, c, c, 4 * c, c};
    for (int i = 0; i < 6; i++) addList(weights[i]), addList(bias ? biases[i] : 0);
  }
  addList(c), addList(bias ? c : 0);
  w = zeros(total), g = zeros(total), m1 = zeros(total), m2 = zeros(total);
  for (int list = 0; list < lists; list++) {
    float middle = 0, deviation = 0.035f;
    int inLayer = (list - 2) % PARTS;
    if (list >= lists - 2 || (list >= 2 && (inLayer == NORM1 || inLayer == NORM2 || inLayer % 2))) {
      if (list % 2) deviation = 0.02f;
      else middle = 1, deviation = 0.1f;
    }
    #pragma omp parallel for
    for (size_t i = 0; i < length[list]; i++) w[place[list] + i] = middle + deviation * (hash(i, list) / 2147483648.0 - 1);
  }
  for (int k = 0; k < BATCHES; k++) {
    tokens[k] = malloc(sizeof(int) * B * (T + 1));
    for (int i = 0; i < B * (T + 1); i++) tokens[k][i] = hash(i, TOKENS + k) % V;
  }
  size_t n = (size_t)R * C;
  layers = malloc(sizeof(Layer) * (L + 1)), dlayers = malloc(sizeof(Layer) * (L + 1));
  keptFloats = layerFloats() * L + 2 * n + 2 * R, kept = zeros(keptFloats);
  dkeptFloats = n * 18 * L + 2 * n, dkept = zeros(dkeptFloats);
  float *a = kept, *d = dkept;
  for (int l = 0; l < L; l++) {
    layers[l] = takeLayer(a, 0), a += layerFloats();
    dlayers[l] = takeLayer(d, 1), d += n * 18;
  }
  x0 = a, last = a + n, lastMean = a + 2 * n, lastRstd = lastMean + R;
  dx0 = d, dlast = d + n;
  logits = zeros((size_t)R * V), dlogits = zeros((size_t)R * V);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

int main(int count, char **argument) {
  if (count < 10) return 2;
  int *sizes[] = {&L, &C, &nh, &V, &P, &bias, &B, &T};
  omp_set_num_threads(atoi(argument[1]));
  for (int i = 0; i < 8; i++) *sizes[i] = atoi(argument[2 + i]);
  R = B * T;
  begin();
  printf("{\"name\":\"C, " KIND ", gcc %s\",\"version\":\"%s\",\"parameters\":%zu}\n", __VERSION__, __VERSION__, total);
  fflush(stdout);
  char word[16];
  int done = 0;
  while (scanf("%15s", word) == 1) {
    if (!strcmp(word, "run")) {
      int times = 0;
      if (scanf("%d", &times) != 1) return 2;
      double began = now(), loss = 0;
      for (int i = 0; i < times; i++) loss = trainStep(done++);
      printf("%.9f %.9f\n", now() - began, loss);
    } else {
      struct rusage usage;
      getrusage(RUSAGE_SELF, &usage);
      printf("%ld\n", usage.ru_maxrss * 1024);
    }
    fflush(stdout);
  }
  return 0;
}
