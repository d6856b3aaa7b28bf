@NullMarked
package io.storegrid.api.webhooks;

import org.jspecify.annotations.NullMarked;
