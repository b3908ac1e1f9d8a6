/** The private DuckDB that reads and writes Parquet files, and its temporary folders. */
@NullMarked
package io.unipin.feedlog.database;

import org.jspecify.annotations.NullMarked;
