/*
 * The only function of the Fortran runtime that LAPACK in the static OpenBLAS calls. With it the
 * library needs no libgfortran. It sets destination = first // second, cut or padded with blanks.
 */
#include <string.h>

void _gfortran_concat_string(
    size_t length, char* destination, size_t first_length, const char* first, size_t second_length, const char* second);

void _gfortran_concat_string(
    size_t length, char* destination, size_t first_length, const char* first, size_t second_length, const char* second) {
  size_t head = first_length < length ? first_length : length;
  memcpy(destination, first, head);
  size_t room = length - head;
  size_t tail = second_length < room ? second_length : room;
  memcpy(destination + head, second, tail);
  memset(destination + head + tail, ' ', room - tail);
}
