/**
 * How a node is set up and how it finds its peers: settings, cache layout, discovery, failure handling, and the Spring Boot
 * application that holds the Ignite node.
 */
@NullMarked
package io.storegrid.grid;

import org.jspecify.annotations.NullMarked;
