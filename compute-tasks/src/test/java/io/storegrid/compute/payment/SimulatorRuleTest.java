package io.storegrid.compute.payment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimulatorRuleTest {

    @ParameterizedTest(name = "{0} is {1} {2}")
    @CsvSource({
        "card,              APPROVE,       0",
        "pix,               APPROVE,       0",
        "sim:approve,       APPROVE,       0",
        "sim:decline,       DECLINE,       0",
        "sim:decline-once,  DECLINE_ONCE,  0",
        "sim:timeout,       TIMEOUT,       0",
        "sim:late:1500,     LATE,          1500",
        "sim:late-decline:5, LATE_DECLINE, 5",
        "sim:slow:0,        SLOW,          0",
        "sim:twice,         TWICE,         0",
        "sim:lost,          LOST,          0",
        "sim:lost-always,   LOST_ALWAYS,   0",
        "sim:wrong-amount,  WRONG_AMOUNT,  0",
        "sim:error:2,       ERROR,         2",
        "sim:refund-fails:1, REFUND_FAILS, 1",
        "sim:cancel-fails:1, CANCEL_FAILS, 1",
        "sim:late:600000,   LATE,          600000",
        "sim:late:600001,   UNKNOWN,       0",
        "sim:late,          UNKNOWN,       0",
        "sim:late:,         UNKNOWN,       0",
        "sim:late:x,        UNKNOWN,       0",
        "sim:twice:2,       UNKNOWN,       0",
        "sim:unknown,       UNKNOWN,       0",
        "sim:,              UNKNOWN,       0",
    })
    void readsTheMethod(String method, SimulatorRule.Kind kind, int number) {
        assertEquals(new SimulatorRule(kind, number), SimulatorRule.of(method));
    }
}
