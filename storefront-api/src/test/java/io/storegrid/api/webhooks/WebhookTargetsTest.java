package io.storegrid.api.webhooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookTargetsTest {

    /** Names without a name server. */
    private static InetAddress[] names(String host) throws UnknownHostException {
        return switch (host) {
            case "shop.example" -> new InetAddress[] {InetAddress.getByName("1.1.1.1")};
            case "inside.example" -> new InetAddress[] {InetAddress.getByName("10.0.0.7")};
            case "both.example" ->
                new InetAddress[] {InetAddress.getByName("1.1.1.1"), InetAddress.getLoopbackAddress()};
            case "gone.example" -> throw new UnknownHostException(host);
            default -> InetAddress.getAllByName(host.replace("[", "").replace("]", ""));
        };
    }

    private final WebhookTargets strict = new WebhookTargets(false, WebhookTargetsTest::names);
    private final WebhookTargets lenient = new WebhookTargets(true, WebhookTargetsTest::names);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://shop.example/hook",
                "https://shop.example:8443/hook?a=b",
                "https://shop.example:443",
                "HTTPS://shop.example/",
                "https://gone.example/not-yet",
                "https://[2606:4700:4700::1111]/"
            })
    void takes(String url) {
        assertEquals(null, strict.refusal(url));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://shop.example/",
                "ftp://shop.example/",
                "shop.example/hook",
                "https:///hook",
                "https://",
                "https://user:word@shop.example/",
                "https://user@shop.example/",
                "https://shop.example/#part",
                "https://shop.example:0/",
                "https://shop.example:22/",
                "https://shop.example:65536/",
                "https://shop example/",
                "https://çhop.example/",
                "https://inside.example/",
                "https://both.example/",
                "https://localhost/",
                "https://127.0.0.1/",
                "https://127.1/",
                "https://[::1]/",
                "https://[::ffff:127.0.0.1]/",
                "https://169.254.169.254/latest/meta-data",
                "https://10.1.2.3/"
            })
    void refuses(String url) {
        assertNotNull(strict.refusal(url), url);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost:80/", "http://127.0.0.1:9/hook", "https://inside.example/"})
    void takesMoreWhereSomebodyDevelops(String url) {
        assertEquals(null, lenient.refusal(url));
        assertNotNull(lenient.refusal("ftp://shop.example/"));
        assertNotNull(lenient.refusal("http://user@shop.example/"));
    }

    @Test
    void oneBadAddressOfSeveralIsEnough() throws Exception {
        assertThrows(WebhookTargets.NotAllowed.class, () -> strict.addresses("both.example"));
        assertEquals(2, lenient.addresses("both.example").length);
        assertEquals(1, strict.addresses("shop.example").length);
    }
}
