@NullMarked
package io.storegrid.compute.gateway;

import org.jspecify.annotations.NullMarked;
