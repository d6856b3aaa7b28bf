/** Webhooks: their routes, where their requests may go, and the signed requests themselves. */
@NullMarked
package io.storegrid.api.webhooks;

import org.jspecify.annotations.NullMarked;
