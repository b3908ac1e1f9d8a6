/** The private DuckDB that reads and writes Parquet files, and the folders it works in. */
@NullMarked
package io.unipin.feedlog.database;

import org.jspecify.annotations.NullMarked;
