/*
 * The only function of the Fortran runtime that LAPACK in the static OpenBLAS calls. Because it is
 * defined here, the library needs no libgfortran. The function writes first, followed by second, to
 * destination. It cuts this text, or pads it with blanks, to the length of destination.
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
