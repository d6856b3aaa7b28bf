/** Tests in milliseconds, without a server. */
@NullMarked
package io.storegrid.api.catalogue;

import org.jspecify.annotations.NullMarked;
