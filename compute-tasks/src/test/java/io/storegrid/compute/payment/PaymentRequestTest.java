package io.storegrid.compute.payment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.storegrid.domain.InvariantViolation;
import io.storegrid.domain.Money;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaymentRequestTest {

    private static final String REFERENCE = "abcdefghijklmnop";

    @ParameterizedTest(name = "[{0}] is a method: {1}")
    @CsvSource({
        "card, true",
        "pix, true",
        "sim:late:1500, true",
        "a.b_c-d:e, true",
        "boleto-2026-11-26, true",
        "'', false",
        "Card, false",
        "cartão, false",
        "'two words', false",
        // Test numbers of the card schemes, as a careless client would send them.
        "4111111111111111, false",
        "4111-1111-1111-1111, false",
        "card:378282246310005, false",
        "visa_5555.5555.5555.4444, false",
        // A digit off: no card has that number.
        "4111111111111112, true",
    })
    void takesWordsAndNoCardNumbers(String text, boolean method) {
        assertEquals(method, PaymentRequest.isMethod(text));
    }

    @Test
    void takesMethodsUpToSixtyFourCharacters() {
        assertEquals(true, PaymentRequest.isMethod("a".repeat(64)));
        assertFalse(PaymentRequest.isMethod("a".repeat(65)));
    }

    @ParameterizedTest(name = "refuses {0} {1} {2} {3}")
    @CsvSource({
        "tooshort,         o-1,  card, 100",
        "abcdefghijklmno/, o-1,  card, 100",
        "abcdefghijklmnop, '',   card, 100",
        "abcdefghijklmnop, a/b,  card, 100",
        "abcdefghijklmnop, o-1,  CARD, 100",
        "abcdefghijklmnop, o-1,  card, 0",
        "abcdefghijklmnop, o-1,  card, -1",
    })
    void refusesWhatCannotBeAsked(String reference, String orderId, String method, long minor) {
        Money amount = new Money(minor, "BRL");
        assertThrows(InvariantViolation.class, () -> new PaymentRequest(reference, orderId, method, amount, null));
    }

    @Test
    void showsNeitherReferenceNorWhatMayBeACard() {
        PaymentRequest request = new PaymentRequest(REFERENCE, "o-1", "card", new Money(1, "BRL"), null);
        assertFalse(request.toString().contains(REFERENCE));
        InvariantViolation refused = assertThrows(
                InvariantViolation.class,
                () -> new PaymentRequest(REFERENCE, "o-1", "4111111111111111", new Money(1, "BRL"), null));
        assertFalse(String.valueOf(refused.getMessage()).contains("4111"));
    }

    @Test
    void makesReferencesThatAreAllDifferent() {
        Set<String> references = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            String reference = PaymentRequest.newReference();
            assertEquals(27, reference.length());
            references.add(new PaymentRequest(reference, "o-1", "card", new Money(1, "BRL"), null).reference());
        }
        assertEquals(1_000, references.size());
    }
}
