/**
 * The only doors for callers: {@link io.storegrid.compute.gateway.CommandGateway} for every write, {@link
 * io.storegrid.compute.gateway.ReadGateway} and {@link io.storegrid.compute.gateway.Catalogue} for every read, {@link
 * io.storegrid.compute.gateway.ImportGateway} for bulk input, {@link io.storegrid.compute.gateway.Operations}
 * for whoever runs the store.
 */
@NullMarked
package io.storegrid.compute.gateway;

import org.jspecify.annotations.NullMarked;
