/**
 * The write protocol, explored exhaustively: two lanes that may both believe they own the same stock, PostgreSQL's locks,
 * and a grid that loses and delays messages, small enough that every order of their steps can be tried. What a batch
 * decides is decided by the lane's own rules.
 */
@NullMarked
package io.storegrid.compute.model;

import org.jspecify.annotations.NullMarked;
