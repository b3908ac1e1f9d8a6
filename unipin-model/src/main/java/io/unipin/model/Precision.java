package io.unipin.model;

/** The number type of the products in a model's layers when it serves. */
public enum Precision {
  FLOAT32,
  /**
   * Weights and inputs of the layers' matrices are rounded to eight bits. Each output of a matrix
   * has its own step for the weights; the steps of inputs come from the ranges that were observed
   * on the model. A step never depends on the request, so a candidate's score does not depend on
   * its slate.
   *
   * <p>Whole histories and candidates attend in bfloat16 where the processor supports it (Intel
   * AMX). Appended actions attend in float32, and norms and heads compute in float32. INT8 is
   * faster than FLOAT32 only on a processor with eight-bit products (AVX-512 VNNI or AMX).
   */
  INT8
}
