package io.unipin.model.engine;

/** The type of numbers that the products of a model's layers multiply. */
public enum MatrixType {
  FLOAT32,
  /**
   * Bytes. Matrices and their inputs are rounded to bytes in the same way as in the program. Rows
   * attend in bfloat16 if the processor has AVX512_BF16. All other numbers are float32.
   */
  INT8
}
