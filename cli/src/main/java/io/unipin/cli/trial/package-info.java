/** The verb try: infers what unknown files mean, and shows a page that was learnt from them. */
@NullMarked
package io.unipin.cli.trial;

import org.jspecify.annotations.NullMarked;
