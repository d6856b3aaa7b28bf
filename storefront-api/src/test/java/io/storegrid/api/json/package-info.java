/** Tests in milliseconds, without a server. */
@NullMarked
package io.storegrid.api.json;

import org.jspecify.annotations.NullMarked;
