/**
 * Random faults against real nodes under load, a history of what callers saw, and independent checkers that read it: the proof
 * behind "no oversell, no lost acknowledgement, whatever is killed". Clients speak HTTP only.
 */
@NullMarked
package io.storegrid.torture;

import org.jspecify.annotations.NullMarked;
