/** What all resources share of HTTP: bodies, preconditions, idempotency keys, query parameters, cursors, metrics. */
@NullMarked
package io.storegrid.api.http;

import org.jspecify.annotations.NullMarked;
