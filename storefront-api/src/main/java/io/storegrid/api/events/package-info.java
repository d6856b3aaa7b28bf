/** What happens, as it happens: streams of server-sent events, and the history of an order. */
@NullMarked
package io.storegrid.api.events;

import org.jspecify.annotations.NullMarked;
