package io.unipin.model;

/** The number type of the products in a model's layers when it serves. */
public enum Precision {
  FLOAT32,
  /**
   * Weights and inputs of the layers' matrices are rounded to eight bits. Weights have one step per
   * output; the steps of inputs come from the model's observed ranges. A step never depends on the
   * request, so a candidate's score does not depend on its slate.
   *
   * <p>Attention over whole histories computes in float32. Attention of candidates computes in
   * bfloat16 where the processor supports it (Intel AMX). Norms and heads compute in float32.
   * Faster than float32 only on a processor with eight-bit products (AVX-512 VNNI or AMX).
   */
  INT8
}
