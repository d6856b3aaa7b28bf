package io.storegrid.api.webhooks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class SignaturesTest {

    /** The example of the reference libraries; the value was computed with OpenSSL. */
    @Test
    void signsAsTheStandardDoes() {
        byte[] secret = Base64.getDecoder().decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        assertEquals(
                "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
                Signatures.sign(
                        secret,
                        "msg_p5jXN8AQM9LWM0D4loKWxJek",
                        1_614_265_330L,
                        "{\"test\": 2432232314}".getBytes(UTF_8)));
    }

    @Test
    void aSecretIsLongAndNeverTheSame() {
        byte[] secret = Signatures.newSecret();
        assertEquals(32, secret.length);
        assertFalse(Arrays.equals(secret, Signatures.newSecret()));
        String text = Signatures.text(secret);
        assertEquals("whsec_", text.substring(0, 6));
        assertArrayEquals(secret, Base64.getDecoder().decode(text.substring(6)));
    }
}
