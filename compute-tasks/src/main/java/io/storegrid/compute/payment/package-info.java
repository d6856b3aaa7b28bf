/**
 * Money by way of a payment provider, behind one small port: charge, refund and cancel under a reference of ours that makes
 * repeats harmless. Calls are HTTP, hold no thread of the caller and no transaction, and end within a known time in an answer,
 * which is "unknown" when the provider gave none. A simulator that speaks the same protocol and can be told to misbehave is
 * part of it. No card data comes here.
 */
@NullMarked
package io.storegrid.compute.payment;

import org.jspecify.annotations.NullMarked;
