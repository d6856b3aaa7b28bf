/** Tests in milliseconds, without a server. */
@NullMarked
package io.storegrid.api.http;

import org.jspecify.annotations.NullMarked;
