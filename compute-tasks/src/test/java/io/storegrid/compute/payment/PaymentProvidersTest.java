package io.storegrid.compute.payment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.storegrid.compute.payment.PaymentAnswer.Result;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PaymentProvidersTest {

    @Test
    void findsEveryKind() {
        assertEquals(Set.of("http", "none", "simulator"), PaymentProviders.names());
    }

    @Test
    void namesTheKnownOnesWhenAskedForAnother() {
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class,
                () -> PaymentProviders.open(PaymentSettings.defaults("paypal"), new SimpleMeterRegistry()));
        assertTrue(String.valueOf(refused.getMessage()).contains("[name=paypal, known=http, none, simulator]"));
    }

    @Test
    void asksNobodyOverHttpWithoutAnAddress() {
        assertThrows(
                IllegalArgumentException.class,
                () -> PaymentProviders.open(PaymentSettings.defaults("http"), new SimpleMeterRegistry()));
    }

    @Test
    void takesNothingWhereNobodyIsConfigured() throws Exception {
        try (PaymentProvider nobody =
                PaymentProviders.open(PaymentSettings.defaults("none"), new SimpleMeterRegistry())) {
            PaymentRequest request = Patience.request("card");
            PaymentAnswer answer = Patience.answer(nobody.charge(request));
            assertEquals(PaymentAnswer.without(Result.DECLINED, "BRL", "no payment provider is configured"), answer);
            assertEquals(
                    Result.CANCELLED, Patience.answer(nobody.cancel(request)).result());
            assertEquals(
                    Result.DECLINED, Patience.answer(nobody.refund(request)).result());
        }
    }

    @Test
    void simulatesWithinTheProcess() throws Exception {
        PaymentSettings settings =
                PaymentSettings.defaults("simulator").withCallTimeout(Patience.PATIENT.callTimeout());
        try (PaymentProvider simulated = PaymentProviders.open(settings, new SimpleMeterRegistry())) {
            PaymentRequest request = Patience.request("pix");
            assertEquals(
                    Result.APPROVED, Patience.answer(simulated.charge(request)).result());
            assertEquals(
                    Result.REFUNDED, Patience.answer(simulated.refund(request)).result());
            // As if the node had been started again since the charge.
            PaymentAnswer trusted = Patience.answer(simulated.refund(Patience.request("pix")));
            assertEquals(Result.REFUNDED, trusted.result());
            assertEquals(Patience.PRICE, trusted.amount());
            PaymentRequest declined = Patience.request("sim:decline");
            assertEquals(
                    Result.DECLINED, Patience.answer(simulated.charge(declined)).result());
            assertEquals(
                    Result.DECLINED, Patience.answer(simulated.refund(declined)).result());
            assertEquals(
                    Result.CANCELLED,
                    Patience.answer(simulated.cancel(declined)).result());
        }
    }
}
