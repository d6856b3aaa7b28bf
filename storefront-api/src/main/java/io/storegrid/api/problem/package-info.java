/** Problem documents (RFC 9457): every code of the contract, and the one place that maps outcomes and faults to them. */
@NullMarked
package io.storegrid.api.problem;

import org.jspecify.annotations.NullMarked;
