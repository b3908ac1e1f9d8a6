/**
 * The cache of users' attention keys and values. The memory of the cache is outside the heap or
 * belongs to the engine. An entry belongs to one user and one model. Requests take leases on
 * entries. A request reuses the rows up to the first token that differs from its own tokens, and
 * writes new rows in place.
 *
 * <p>Terms:
 *
 * <ul>
 * <li>Row: the keys and values of one token.
 * <li>Block: memory for a number of rows. An entry holds one block.
 * <li>Slab: a large piece of memory, cut into units of one size. A block takes {@code 2^j} units.
 * <li>Lease: a request's hold on a block. Share: an entry's hold on a block.
 * <li>Slot: the right to write one key's entry.
 * <li>Partition: the entries that compete for one part of the byte budget.
 * <li>Transient block: a block outside the budget, which no other request finds. A branch is a
 *     lease on a transient copy of another lease's rows. A lease aside is a lease on a transient
 *     block without rows.
 * </ul>
 */
@NullMarked
package io.unipin.kvcache;

import org.jspecify.annotations.NullMarked;
