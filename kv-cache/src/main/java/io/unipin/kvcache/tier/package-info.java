/**
 * A tier of the users' KV cache in local files. It holds more than the memory, and it survives a
 * restart.
 *
 * <p>The file {@code chunks} is cut into pages. A chunk takes pages anywhere in the file. The file
 * {@code index} names the pages of every chunk. A chunk carries the name of its user, its model and
 * its tokens, and the index has its checksum. So a chunk that was torn by a crash, or whose pages
 * belong to another chunk by now, is not found.
 *
 * <p>Terms:
 *
 * <ul>
 * <li>Page: {@link ChunkFile#PAGE_BYTES} bytes of the file. A page of a removed chunk is dirty
 *     until this page is overwritten.
 * <li>Entry: the chunks of one user under one model.
 * </ul>
 */
@NullMarked
package io.unipin.kvcache.tier;

import org.jspecify.annotations.NullMarked;
