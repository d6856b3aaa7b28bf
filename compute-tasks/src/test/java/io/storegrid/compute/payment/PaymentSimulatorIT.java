package io.storegrid.compute.payment;

import static io.storegrid.compute.payment.Patience.PATIENT;
import static io.storegrid.compute.payment.Patience.PRICE;
import static io.storegrid.compute.payment.Patience.answer;
import static io.storegrid.compute.payment.Patience.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.storegrid.compute.payment.PaymentAnswer.Result;
import java.io.BufferedReader;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The simulator as a process of its own. */
class PaymentSimulatorIT {

    private static final String SAYS = "payment simulator: ";

    @Test
    @Timeout(Patience.DEADLINE_SECONDS)
    void outlivesItsShops() throws Exception {
        Process simulator = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        PaymentSimulator.class.getName(),
                        "--port=0")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = simulator.inputReader()) {
            String line = out.readLine();
            assertTrue(line != null && line.startsWith(SAYS + "http://"), line);
            URI url = URI.create(line.substring(SAYS.length()));
            PaymentRequest request = request("sim:lost-always");
            try (HttpPaymentProvider shop = new HttpPaymentProvider(url, PATIENT, new SimpleMeterRegistry())) {
                assertEquals(Result.UNKNOWN, answer(shop.charge(request)).result());
            }
            try (HttpPaymentProvider shop = new HttpPaymentProvider(url, PATIENT, new SimpleMeterRegistry())) {
                assertEquals(new PaymentAnswer(Result.APPROVED, PRICE, ""), answer(shop.cancel(request)));
                assertEquals(new PaymentAnswer(Result.REFUNDED, PRICE, ""), answer(shop.refund(request)));
            }
            simulator.destroy();
            assertTrue(simulator.waitFor(Patience.DEADLINE_SECONDS, TimeUnit.SECONDS));
        } finally {
            simulator.destroyForcibly();
        }
    }
}
