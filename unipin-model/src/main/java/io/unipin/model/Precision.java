package io.unipin.model;

/** The number type in which a serving model computes the matrix products of its layers. */
public enum Precision {
  FLOAT32,
  /**
   * Matrices, their inputs, and attention are float16; residuals, norms and output heads are
   * float32. This precision is meant for cards. On the processor it is slow, and serves only to
   * test what a card computes.
   */
  FLOAT16,
  /**
   * Weights and inputs of the layers' matrices are rounded to multiples of a step, with eight bits
   * each. Each output of a matrix has its own step for the weights. The steps of the inputs come
   * from the largest inputs, which {@link ModelWriter#observe} recorded. A step never depends on
   * the request, so a candidate's score does not depend on its slate.
   *
   * <p>Norms and heads compute in float32. In the program, whole histories and candidates attend in
   * bfloat16 where the processor supports it (Intel AMX), and appended actions attend in float32.
   * In the native engine, all rows attend in bfloat16 on a processor with AVX512_BF16. INT8 is
   * faster than FLOAT32 only on a processor with eight-bit products (AVX-512 VNNI or AMX).
   */
  INT8
}
