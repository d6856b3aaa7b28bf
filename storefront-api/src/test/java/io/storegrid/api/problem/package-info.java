/** Tests in milliseconds, without a server. */
@NullMarked
package io.storegrid.api.problem;

import org.jspecify.annotations.NullMarked;
