/** Requests made out of {@code openapi.yaml}, good and bad, and answers held against it. */
@NullMarked
package io.storegrid.api.contract;

import org.jspecify.annotations.NullMarked;
