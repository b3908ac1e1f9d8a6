package io.unipin.model;

/** Numbers that a model's layers multiply with when it serves. */
public enum Precision {
  FLOAT32,
  /**
   * Weights rounded to eight bits with a step per output, inputs of a layer's matrices rounded with the step that the
   * model's observed ranges give. Attention computes in float32, of whole histories and of candidates in bfloat16 where the
   * processor has units for it (Intel AMX); norms and heads compute in float32. A step never depends on the request, so a
   * candidate's score stays independent of its slate. Needs a processor with eight-bit products (AVX-512 VNNI or AMX) to be
   * faster than float32.
   */
  INT8
}
