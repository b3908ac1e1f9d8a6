package io.unipin.feedlog.infer;

import org.jspecify.annotations.Nullable;

/**
 * How a mapping names and reads the files of a table.
 *
 * @param file path or pattern below the source folder
 * @param format text, json or parquet
 * @param dialect how delimited text is written; null for other formats
 */
public record SourceText(String file, String format, @Nullable Dialect dialect) {}
